package io.walferry.sinks.sql;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices that a call of a driver has waited for the destination for too long, and cuts the
 * connection under it, whether it reads or writes: a socket's own timeout only bounds reading. One
 * call at a time, of one thread; costs two increments of a counter for each.
 *
 * <p>A watching thread looks eight times within the limit. If it sees one call at nine looks in a
 * row, that call has exceeded the limit, so the watch needs no clock. Looks that come late on a
 * busy machine put the cut off.
 */
final class CallWatch {
  private static final int LOOKS = 8;

  private final Duration max;
  private final Runnable cut;

  /** Counts the beginnings and the ends of calls, so that it is odd within one. */
  private final AtomicLong turns = new AtomicLong();

  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean expired;

  /**
   * A watch that does not look yet.
   *
   * @param max of a call; zero for no bound
   * @param cut ends the call; runs in a thread of its own
   */
  CallWatch(Duration max, Runnable cut) {
    this.max = max;
    this.cut = cut;
  }

  void start() {
    if (max.isPositive()) {
      Thread.ofVirtual().name("destination watch").start(this::watch);
    }
  }

  void stop() {
    stopped.countDown();
  }

  void begin() {
    turns.incrementAndGet();
  }

  void end() {
    turns.incrementAndGet();
  }

  /** Whether a call was cut. */
  boolean hasExpired() {
    return expired;
  }

  Duration max() {
    return max;
  }

  private void watch() {
    try {
      long seen = 0;
      int looks = 0;
      while (looks <= LOOKS && !stopped.await(max.toNanos() / LOOKS, TimeUnit.NANOSECONDS)) {
        long now = turns.get();
        looks = now == seen && isWithinCall(now) ? looks + 1 : 1;
        seen = now;
      }
      if (looks > LOOKS) {
        expired = true;
        cut.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isWithinCall(long turn) {
    return turn % 2 == 1;
  }
}
