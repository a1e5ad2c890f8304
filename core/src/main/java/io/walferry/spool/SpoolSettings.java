package io.walferry.spool;

import java.nio.file.Path;

/**
 * How much of what waits is kept, and where.
 *
 * @param directory of the files, which have no names and are gone with their process
 * @param memoryBytesMax beyond which the largest transactions go to files
 * @param diskBytesMax of all files together
 */
public record SpoolSettings(Path directory, long memoryBytesMax, long diskBytesMax) {
  private static final long MEMORY_BYTES_DEFAULT = 16L << 20;
  private static final long DISK_BYTES_DEFAULT = 8L << 30;

  public SpoolSettings {
    if (memoryBytesMax < 0 || diskBytesMax < 0) {
      throw new IllegalArgumentException("Bounds must not be negative");
    }
  }

  /** The default bounds. */
  public static SpoolSettings in(Path directory) {
    return new SpoolSettings(directory, MEMORY_BYTES_DEFAULT, DISK_BYTES_DEFAULT);
  }

  /** The default bounds, and files where this machine has its temporary ones. */
  public static SpoolSettings inTemporaryDirectory() {
    return in(Path.of(System.getProperty("java.io.tmpdir")));
  }
}
