package io.walferry.testkit.junit;

import io.walferry.testkit.server.DatabaseServer;
import io.walferry.testkit.server.ServerDatabase;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/** The database that a parameter of a test stands for. */
final class TestDatabase {
  private static final Namespace NAMESPACE = Namespace.create(TestDatabase.class);
  private static final int PREFIX_CHARACTERS_MAX = 40;

  private TestDatabase() {}

  /** Creates one that is named after the test, and dropped after it. */
  static ServerDatabase create(
      DatabaseServer server, ParameterContext parameter, ExtensionContext context) {
    try {
      ServerDatabase database = server.createDatabase(prefix(context));
      context.getStore(NAMESPACE).put(database, database);
      return database;
    } catch (SQLException e) {
      throw new ParameterResolutionException(
          "Cannot create a database for " + parameter.getParameter(), e);
    }
  }

  private static String prefix(ExtensionContext context) {
    String name =
        context
            .getTestMethod()
            .map(Method::getName)
            .orElseGet(() -> context.getRequiredTestClass().getSimpleName());
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    return plain.substring(0, Math.min(plain.length(), PREFIX_CHARACTERS_MAX));
  }
}
