package io.walferry.spool;

import java.nio.file.Path;

/**
 * How much of what waits is kept, and where.
 *
 * @param directory of the files. Those of transactions in progress have no names and are gone with
 *     their process
 * @param memoryBytesMax beyond which the largest transactions go to files
 * @param diskBytesMax of all files of transactions in progress together, and of a {@link
 *     DurableLog}
 * @param durable whether transactions that have committed go to a {@link DurableLog} before
 *     anything else, so that the server can forget them
 * @param compression of what is written to files
 */
public record SpoolSettings(
    Path directory,
    long memoryBytesMax,
    long diskBytesMax,
    boolean durable,
    Compression compression) {
  private static final long MEMORY_BYTES_DEFAULT = 16L << 20;
  private static final long DISK_BYTES_DEFAULT = 8L << 30;

  public SpoolSettings {
    if (memoryBytesMax < 0 || diskBytesMax < 0) {
      throw new IllegalArgumentException("Bounds must not be negative");
    }
  }

  /** Not durable, and not compressed. */
  public SpoolSettings(Path directory, long memoryBytesMax, long diskBytesMax) {
    this(directory, memoryBytesMax, diskBytesMax, false, Compression.NONE);
  }

  /** The same with a {@link DurableLog}. */
  public SpoolSettings durably() {
    return new SpoolSettings(directory, memoryBytesMax, diskBytesMax, true, compression);
  }

  public SpoolSettings with(Compression other) {
    return new SpoolSettings(directory, memoryBytesMax, diskBytesMax, durable, other);
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
