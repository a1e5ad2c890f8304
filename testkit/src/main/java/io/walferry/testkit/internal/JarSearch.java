package io.walferry.testkit.internal;

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
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds jars by a file that they hold and by the version in their names: in a directory, then on
 * the class path. Immutable.
 *
 * @param property the system property that names the directory
 */
public record JarSearch(String property, Optional<Path> directory, ClassLoader classLoader) {
  private static final Pattern VERSION_IN_JAR_NAME = Pattern.compile("-(\\d+(?:\\.\\d+)+)\\.jar");

  /** Looks where the system property points and on this library's class path. */
  public static JarSearch standard(String property) {
    Optional<Path> directory =
        Optional.ofNullable(System.getProperty(property))
            .filter(name -> !name.isBlank())
            .map(Path::of);
    ClassLoader own = Optional.ofNullable(JarSearch.class.getClassLoader()).orElseThrow();
    return new JarSearch(property, directory, own);
  }

  /** All jars that hold the file, those of the directory first. */
  public List<JarResource> find(String resourceName) {
    try {
      var found = new ArrayList<JarResource>();
      if (directory.isPresent() && Files.isDirectory(directory.get())) {
        addJarsIn(directory.get(), resourceName, found);
      }
      for (URL url : Collections.list(classLoader.getResources(resourceName))) {
        version(url.toString())
            .ifPresent(v -> found.add(new JarResource(v, URI.create(url.toString()))));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot search jars for " + resourceName, e);
    }
  }

  /** Says where was searched for jars whose names look so. */
  public String places(String jarNames) {
    return directory
            .map(path -> "the jars %s in %s".formatted(jarNames, path))
            .orElse("no directory (system property " + property + " is not set)")
        + ", then the class path";
  }

  private static void addJarsIn(Path jars, String resourceName, List<JarResource> found)
      throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(jars, "*.jar")) {
      for (Path jar : files) {
        Optional<String> version = version(jar.toString());
        if (version.isPresent() && holds(jar, resourceName)) {
          URI location = URI.create("jar:" + jar.toUri() + "!/" + resourceName);
          found.add(new JarResource(version.get(), location));
        }
      }
    }
  }

  private static boolean holds(Path jar, String resourceName) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      return Optional.ofNullable(file.getEntry(resourceName)).isPresent();
    }
  }

  private static Optional<String> version(String jarName) {
    Matcher matcher = VERSION_IN_JAR_NAME.matcher(jarName);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
