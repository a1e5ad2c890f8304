package io.walferry.value;

/** A range of any type: nothing at all, or what lies between two bounds. */
public sealed interface Range {
  /** Contains nothing. */
  enum Empty implements Range {
    EMPTY
  }

  record Span(Bound lower, Bound upper) implements Range {}

  /** Where a range begins or ends. */
  sealed interface Bound {}

  /** It goes on for ever. Not the same as a bound at the value {@code infinity}. */
  enum Unbounded implements Bound {
    UNBOUNDED
  }

  record Inclusive(Object value) implements Bound {}

  record Exclusive(Object value) implements Bound {}
}
