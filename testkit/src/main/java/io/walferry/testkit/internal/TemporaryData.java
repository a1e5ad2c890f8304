package io.walferry.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes directories for data that end with their server: in the directory of system property
 * {@value #MEMORY_PROPERTY}, which is meant to be in memory, while much is free there, else in the
 * temporary directory. A server makes and removes hundreds of files for each database, and a disk's
 * file system may take a quarter of a second for that.
 */
public final class TemporaryData {
  /** System property that names a directory in memory. */
  public static final String MEMORY_PROPERTY = "walferry.test.memory";

  /** A directory with less free is passed by, since a full one would stop the servers. */
  private static final long FREE_BYTES_MIN = 4L << 30;

  private TemporaryData() {}

  /**
   * Makes an empty directory for this user alone.
   *
   * @param prefix of its name
   */
  public static Path directory(String prefix) {
    return directory(prefix, FREE_BYTES_MIN);
  }

  static Path directory(String prefix, long freeBytesMin) {
    try {
      Optional<Path> memory = memory(freeBytesMin);
      return memory.isPresent()
          ? Files.createTempDirectory(memory.get(), prefix)
          : Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create a temporary directory " + prefix, e);
    }
  }

  private static Optional<Path> memory(long freeBytesMin) throws IOException {
    String name = System.getProperty(MEMORY_PROPERTY, "");
    Path directory = Path.of(name);
    boolean fits =
        !name.isBlank()
            && Files.isWritable(directory)
            && Files.getFileStore(directory).getUsableSpace() >= freeBytesMin;
    return fits ? Optional.of(directory) : Optional.empty();
  }
}
