package io.walferry.sinks.position;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many letters a feed has at a destination, for all sessions of one sink: counted once and kept
 * from then on. Letters that were rolled back stay in it until it is {@linkplain #set set}. For any
 * thread.
 */
final class LetterCount {
  private static final long UNKNOWN = -1;

  private final AtomicLong letters = new AtomicLong(UNKNOWN);

  void forget() {
    letters.set(UNKNOWN);
  }

  void set(long counted) {
    letters.set(counted);
  }

  /**
   * One more.
   *
   * @param counted counts what a session sees, this one included, where nothing is known yet
   */
  long add(LongSupplier counted) {
    if (letters.get() == UNKNOWN) {
      long now = counted.getAsLong();
      if (letters.compareAndSet(UNKNOWN, now)) {
        return now;
      }
    }
    return letters.incrementAndGet();
  }

  void remove(long removed) {
    letters.updateAndGet(now -> now == UNKNOWN ? UNKNOWN : Math.max(0, now - removed));
  }
}
