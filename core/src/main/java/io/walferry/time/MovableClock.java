package io.walferry.time;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;

/**
 * Lets a test move time ahead: {@link #await} and {@link #pause} that are over by then end within
 * milliseconds. Between moves the clock runs with the machine's, or stands still. Safe for any
 * number of threads.
 */
public final class MovableClock implements NanoClock {
  /** Separates two looks of a wait at whether the clock was moved. */
  private static final Duration LOOK = Duration.ofMillis(1);

  private final NanoClock base;
  private final AtomicLong movedNanos = new AtomicLong();

  private MovableClock(NanoClock base) {
    this.base = base;
  }

  /** Makes a clock that runs with the machine's clock. */
  public static MovableClock running() {
    return new MovableClock(NanoClock.system());
  }

  /** Makes a clock that stands still until it is moved. */
  public static MovableClock stopped() {
    return new MovableClock(() -> 0);
  }

  /** Moves the clock ahead. */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("A clock is not moved back, but this is " + duration);
    }
    movedNanos.addAndGet(duration.toNanos());
  }

  @Override
  public long nanoTime() {
    return base.nanoTime() + movedNanos.get();
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // The caller has the loop.
  public long await(Condition condition, long nanos) throws InterruptedException {
    Stopwatch waited = Stopwatch.start(this);
    Duration limit = Duration.ofNanos(nanos);
    boolean signalled = false;
    // In one call, or a move between two of them would be lost to a caller who counts down.
    while (!signalled && !waited.hasReached(limit)) {
      signalled = condition.await(LOOK.toNanos(), TimeUnit.NANOSECONDS);
    }
    return nanos - waited.elapsed().toNanos();
  }

  @Override
  public void pause(Duration duration) throws InterruptedException {
    Stopwatch waited = Stopwatch.start(this);
    while (!waited.hasReached(duration)) {
      Thread.sleep(LOOK);
    }
  }
}
