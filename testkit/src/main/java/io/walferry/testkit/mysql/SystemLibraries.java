package io.walferry.testkit.mysql;

import io.walferry.testkit.internal.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shared libraries of this system, which the servers' jars rely on.
 *
 * @param directories where the system keeps them
 */
record SystemLibraries(List<Path> directories) {
  private static final Pattern MISSING =
      Pattern.compile("error while loading shared libraries: ([^:\\s]+):");

  /** How Debian's newer releases call a library after its time became 64 bits wide. */
  private static final String NEWER_SUFFIX = "t64";

  private static final Map<String, String> DEBIAN_PACKAGES =
      Map.of(
          "libaio.so.1", "libaio1 (newer systems: libaio1t64)",
          "libnuma.so.1", "libnuma1",
          "libcrypt.so.1", "libcrypt1",
          "libsystemd.so.0", "libsystemd0");

  static SystemLibraries standard() {
    return new SystemLibraries(
        List.of(
            Path.of("/lib/x86_64-linux-gnu"),
            Path.of("/usr/lib/x86_64-linux-gnu"),
            Path.of("/lib64"),
            Path.of("/usr/lib64")));
  }

  /**
   * Why the program cannot be loaded; empty if it can. A library that is here under a newer name is
   * linked under its old one for it.
   */
  Optional<String> failure(MysqlInstallation installation) {
    Command.Outcome outcome = load(installation);
    if (!outcome.succeeded()) {
      Optional<String> missing = missing(outcome);
      Optional<Path> newer = missing.flatMap(this::underNewerName);
      if (missing.isPresent() && newer.isPresent()) {
        link(installation.libraries().resolve(missing.get()), newer.get());
        outcome = load(installation);
      }
    }
    return outcome.succeeded() ? Optional.empty() : Optional.of(explained(outcome));
  }

  private static Command.Outcome load(MysqlInstallation installation) {
    return Command.run(
        List.of(installation.program().toString(), "--no-defaults", "--version"),
        installation.environment());
  }

  private static Optional<String> missing(Command.Outcome outcome) {
    Matcher matcher = MISSING.matcher(outcome.output());
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private Optional<Path> underNewerName(String library) {
    return directories.stream()
        .map(directory -> directory.resolve(library + NEWER_SUFFIX))
        .filter(Files::exists)
        .findFirst();
  }

  private static void link(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
    } catch (FileAlreadyExistsException e) {
      // Another JVM was first; whether it is of use is seen at the next attempt.
      return;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot link " + link + " to " + target, e);
    }
  }

  private static String explained(Command.Outcome outcome) {
    String advice =
        missing(outcome)
            .flatMap(library -> Optional.ofNullable(DEBIAN_PACKAGES.get(library)))
            .map(name -> "; on Debian and Ubuntu install the package " + name)
            .orElse("");
    return outcome.output().strip() + advice;
  }
}
