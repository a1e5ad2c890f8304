package io.walferry.testkit.kafka;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the broker's classes are: the jars in the directory of system property {@value
 * #DIRECTORY_PROPERTY}, else this JVM's class path, if {@code org.apache.kafka:kafka_2.13} is on
 * it.
 */
final class BrokerPrograms {
  /** System property that names a directory of jars: the broker with all that it needs. */
  static final String DIRECTORY_PROPERTY = "walferry.kafka.broker";

  static final String SERVER = "kafka.Kafka";
  static final String STORAGE_TOOL = "kafka.tools.StorageTool";

  private static final Pattern BROKER_JAR = Pattern.compile("kafka_[0-9.]+-(.+)\\.jar");

  private BrokerPrograms() {}

  /** The class path of a broker. */
  static String classPath() {
    Optional<Path> directory = directory();
    if (directory.isPresent() && Files.isDirectory(directory.get())) {
      return directory.get() + File.separator + "*";
    }
    if (isOnClassPath()) {
      return System.getProperty("java.class.path");
    }
    throw new KafkaBrokerException(
        "No broker: searched "
            + directory
                .map(Path::toString)
                .orElse("no directory (system property " + DIRECTORY_PROPERTY + " is not set)")
            + ", then the class path for "
            + SERVER
            + "; put org.apache.kafka:kafka_2.13 and org.slf4j:slf4j-simple there");
  }

  /** The broker's version as its jar says it, such as {@code 4.3.1}. */
  static String version() {
    return jars()
        .map(jar -> BROKER_JAR.matcher(String.valueOf(jar.getFileName())))
        .filter(Matcher::matches)
        .map(found -> found.group(1))
        .findFirst()
        .orElseThrow(() -> new KafkaBrokerException("No " + BROKER_JAR + " in " + classPath()));
  }

  private static Stream<Path> jars() {
    Optional<Path> directory = directory().filter(Files::isDirectory);
    if (directory.isEmpty()) {
      return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
          .map(Path::of);
    }
    try (Stream<Path> files = Files.list(directory.get())) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new KafkaBrokerException("Cannot list " + directory.get(), e);
    }
  }

  private static Optional<Path> directory() {
    return Optional.ofNullable(System.getProperty(DIRECTORY_PROPERTY))
        .filter(name -> !name.isBlank())
        .map(Path::of);
  }

  private static boolean isOnClassPath() {
    ClassLoader own = Optional.ofNullable(BrokerPrograms.class.getClassLoader()).orElseThrow();
    return Optional.ofNullable(own.getResource(SERVER.replace('.', '/') + ".class")).isPresent();
  }
}
