package io.walferry.value;

/**
 * A point in time or an interval, or one of the two infinities that PostgreSQL puts around them:
 * {@code date}, {@code timestamp}, {@code timestamptz}, and {@code interval} since 17.
 */
public sealed interface Extended<T> {
  record Finite<T>(T value) implements Extended<T> {}

  record Infinite<T>(Sign sign) implements Extended<T> {}

  /** Before or after everything else. */
  enum Sign {
    NEGATIVE,
    POSITIVE
  }

  static <T> Extended<T> of(T value) {
    return new Finite<>(value);
  }

  static <T> Extended<T> infinite(Sign sign) {
    return new Infinite<>(sign);
  }
}
