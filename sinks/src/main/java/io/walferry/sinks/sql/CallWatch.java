package io.walferry.sinks.sql;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices that a call of a driver has waited for the destination for too long, and cuts the
 * connection under it, whether it reads or writes: a socket's own timeout only bounds reading. One
 * call at a time, of one thread; costs two writes of a field for each.
 */
final class CallWatch {
  private static final long NO_CALL = 0;
  private static final int LOOKS = 8;

  private final Duration max;
  private final Runnable cut;

  /** When the call began, in nanoseconds and never 0. */
  private final AtomicLong begun = new AtomicLong(NO_CALL);

  private volatile boolean stopped;
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
      Thread.ofVirtual().name("destination watch").start(this::look);
    }
  }

  void stop() {
    stopped = true;
  }

  void begin() {
    begun.set(System.nanoTime() | 1);
  }

  void end() {
    begun.set(NO_CALL);
  }

  /** Whether a call was cut. */
  boolean hasExpired() {
    return expired;
  }

  Duration max() {
    return max;
  }

  private void look() {
    while (!stopped && !expired) {
      LockSupport.parkNanos(max.toNanos() / LOOKS);
      long since = begun.get();
      if (since != NO_CALL && System.nanoTime() - since > max.toNanos()) {
        expired = true;
        cut.run();
      }
    }
  }
}
