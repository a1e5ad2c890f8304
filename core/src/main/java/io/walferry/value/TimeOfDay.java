package io.walferry.value;

import java.time.LocalTime;

/**
 * A {@code time}: microseconds since midnight, up to and including {@code 24:00:00}, which {@link
 * LocalTime} does not know.
 */
public record TimeOfDay(long microseconds) {
  public static final long MICROSECONDS_PER_DAY = 86_400_000_000L;

  public TimeOfDay {
    if (microseconds < 0 || microseconds > MICROSECONDS_PER_DAY) {
      throw new IllegalArgumentException("A time of day lies between 00:00:00 and 24:00:00");
    }
  }

  public boolean isEndOfDay() {
    return microseconds == MICROSECONDS_PER_DAY;
  }

  /**
   * The time for the JDK.
   *
   * @throws IllegalStateException if it is {@code 24:00:00}
   */
  public LocalTime toLocalTime() {
    if (isEndOfDay()) {
      throw new IllegalStateException("24:00:00 is no LocalTime");
    }
    return LocalTime.ofNanoOfDay(microseconds * 1000);
  }
}
