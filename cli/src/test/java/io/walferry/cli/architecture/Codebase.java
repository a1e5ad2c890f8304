package io.walferry.cli.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The compiled classes of every module, tests included, as they lie beside this module. Modules
 * that are built after cli count as they were built last.
 */
final class Codebase {
  static final JavaClasses MAIN = read("classes");
  static final JavaClasses TESTS = read("test-classes");

  /** Every module except core, whose packages are those that start with none of these names. */
  static final Set<String> MODULES =
      Set.of(
          "sinks",
          "kafka",
          "transform",
          "copy",
          "verify",
          "scan",
          "connect",
          "server",
          "testkit",
          "cli",
          "bench");

  static final String CORE = "core";

  private static final String ROOT = "io.walferry.";

  private Codebase() {}

  /** The module of one of our classes, by its package; empty for the classes of others. */
  static Optional<String> module(JavaClass type) {
    return feature(type).map(feature -> MODULES.contains(feature) ? feature : CORE);
  }

  /**
   * The first part of the package below {@code io.walferry}, "" for that package itself; empty for
   * the classes of others.
   */
  static Optional<String> feature(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName() + ".";
    if (!name.startsWith(ROOT)) {
      return Optional.empty();
    }
    String below = name.substring(ROOT.length());
    return Optional.of(below.substring(0, Math.max(0, below.indexOf('.'))));
  }

  static DescribedPredicate<JavaClass> inModules(String... modules) {
    List<String> wanted = List.of(modules);
    return DescribedPredicate.describe(
        "are in " + String.join(", ", modules),
        type -> module(type).filter(wanted::contains).isPresent());
  }

  private static JavaClasses read(String folder) {
    try (Stream<Path> siblings = Files.list(Path.of("..").toRealPath())) {
      List<Path> compiled =
          siblings
              .map(module -> module.resolve("target").resolve(folder))
              .filter(Files::isDirectory)
              .toList();
      return new ClassFileImporter().importPaths(compiled);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
