package io.walferry.error;

import java.util.Locale;

/** Says what the heap was too small for, and how large it would have to be. */
public final class HeapNeed {
  /**
   * A value is in memory as it was received, and on its way through a destination's driver. No
   * destination is to need more; PostgreSQL and SQLite need less.
   */
  private static final long COPIES = 4;

  /** Everything else, with room for the collector. */
  private static final long REST_MIB = 128;

  private static final long MIB = 1 << 20;

  private HeapNeed() {}

  /**
   * Returns {@code MEMORY_EXHAUSTED} for something of a known size.
   *
   * @param what did not fit: a column and its table, as far as they are known; never its value
   * @param bytes of it
   */
  public static WalferryException exceeded(String what, long bytes, OutOfMemoryError cause) {
    long enoughMib = REST_MIB + COPIES * (bytes / MIB + 1);
    String sized = String.format(Locale.ROOT, "%s, which has %,d bytes", what, bytes);
    // What is left free for the collector is not counted as the heap's.
    boolean wasEnough = enoughMib <= heapMib() + heapMib() / 8;
    return wasEnough
        ? exceeded(sized, cause)
        : failure(sized, "-Xmx%dm is enough", enoughMib, cause);
  }

  /** Returns {@code MEMORY_EXHAUSTED} for something of which the size is not known. */
  public static WalferryException exceeded(String what, OutOfMemoryError cause) {
    return failure(what, "try -Xmx%dm", 2 * heapMib(), cause);
  }

  private static WalferryException failure(
      String what, String advice, long mib, OutOfMemoryError cause) {
    return new WalferryException(
        ErrorCode.MEMORY_EXHAUSTED,
        "no memory for %s: the heap has %d MiB; ".formatted(what, heapMib())
            + advice.formatted(mib),
        cause);
  }

  private static long heapMib() {
    return Runtime.getRuntime().maxMemory() / MIB;
  }
}
