package io.walferry.time;

import java.time.Duration;
import java.util.concurrent.locks.Condition;

/**
 * Measures elapsed time and waits for it. Code that measures or waits takes a clock as a
 * dependency, so that a test can decide how fast time passes. The default methods wait by the clock
 * of this machine; an implementation with a speed of its own overrides them. Safe for any number of
 * threads.
 */
@FunctionalInterface
public interface NanoClock {
  /** Returns the time since an arbitrary moment; only the difference of two calls has a meaning. */
  long nanoTime();

  /**
   * Waits until the condition is signalled or the time is over. Like {@link Condition#awaitNanos}
   * it may return early for no reason, so the caller checks again what it waits for. The caller
   * holds the condition's lock.
   *
   * @return the nanoseconds that are left; zero or less if the time is over
   */
  @SuppressWarnings("WaitNotInLoop") // The caller has the loop.
  default long await(Condition condition, long nanos) throws InterruptedException {
    return condition.awaitNanos(nanos);
  }

  /** Pauses the calling thread for this long. */
  default void pause(Duration duration) throws InterruptedException {
    Thread.sleep(duration);
  }

  /**
   * Waits for the end of a thread. An interrupt of the calling thread does not end the wait and
   * stays pending.
   *
   * @return whether the thread has ended
   */
  default boolean join(Thread thread, Duration atMost) {
    Stopwatch waited = Stopwatch.start(this);
    boolean interrupted = false;
    boolean ended = false;
    boolean waits = true;
    while (waits) {
      try {
        ended = thread.join(waited.left(atMost));
        waits = false;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  /** Returns the clock of this machine; changes of the date do not affect it. */
  static NanoClock system() {
    return SystemClock.CLOCK;
  }
}
