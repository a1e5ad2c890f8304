package io.walferry.time;

import java.time.Duration;

/**
 * Measures the time since a moment of a clock.
 *
 * @param startNanos the moment, as {@link NanoClock#nanoTime} told it
 */
public record Stopwatch(NanoClock clock, long startNanos) {
  /** Starts at this moment. */
  public static Stopwatch start(NanoClock clock) {
    return new Stopwatch(clock, clock.nanoTime());
  }

  /** Starts once more, at this moment. */
  public Stopwatch restart() {
    return start(clock);
  }

  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos());
  }

  /** Tells whether this much time has passed. */
  public boolean hasReached(Duration limit) {
    return elapsedNanos() >= limit.toNanos();
  }

  /** Returns the part of the limit that is left; zero if it has passed. */
  public Duration left(Duration limit) {
    return Duration.ofNanos(Math.max(0, limit.toNanos() - elapsedNanos()));
  }

  private long elapsedNanos() {
    return clock.nanoTime() - startNanos;
  }
}
