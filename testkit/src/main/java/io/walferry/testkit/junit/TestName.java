package io.walferry.testkit.junit;

import java.lang.reflect.Method;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;

/** By what a database is known as its test's. */
final class TestName {
  private static final int CHARACTERS_MAX = 40;

  private TestName() {}

  /** The name of the test, or of its class, as the beginning of a database's name. */
  static String asPrefix(ExtensionContext context) {
    String name =
        context
            .getTestMethod()
            .map(Method::getName)
            .orElseGet(() -> context.getRequiredTestClass().getSimpleName());
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    return plain.substring(0, Math.min(plain.length(), CHARACTERS_MAX));
  }
}
