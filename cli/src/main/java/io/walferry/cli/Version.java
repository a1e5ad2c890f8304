package io.walferry.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What {@code --version} prints. Knows nothing else, so that it answers at once. */
final class Version {
  private static final List<String> ASKING = List.of("--version", "-V");
  private static final List<String> WITH_DETAILS = List.of("--verbose", "-v");

  private Version() {}

  static boolean isAskedFor(String... arguments) {
    List<String> given = Arrays.asList(arguments);
    return given.stream().anyMatch(ASKING::contains)
        && given.stream().allMatch(it -> ASKING.contains(it) || WITH_DETAILS.contains(it));
  }

  static void print(PrintStream out, String... arguments) {
    out.println("walferry " + number());
    if (Arrays.stream(arguments).anyMatch(WITH_DETAILS::contains)) {
      out.println(
          "Java %s (%s), %s %s"
              .formatted(
                  System.getProperty("java.runtime.version"),
                  System.getProperty("java.vm.name"),
                  System.getProperty("os.name"),
                  System.getProperty("os.arch")));
    }
    out.flush();
  }

  /** From the jar's manifest; classes that are in no jar have no number. */
  static String number() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("(not packaged)");
  }
}
