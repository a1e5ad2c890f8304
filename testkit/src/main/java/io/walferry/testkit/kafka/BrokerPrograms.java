package io.walferry.testkit.kafka;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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

  private BrokerPrograms() {}

  /** The class path of a broker. */
  static String classPath() {
    Optional<Path> directory =
        Optional.ofNullable(System.getProperty(DIRECTORY_PROPERTY))
            .filter(name -> !name.isBlank())
            .map(Path::of);
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

  private static boolean isOnClassPath() {
    ClassLoader own = Optional.ofNullable(BrokerPrograms.class.getClassLoader()).orElseThrow();
    return Optional.ofNullable(own.getResource(SERVER.replace('.', '/') + ".class")).isPresent();
  }
}
