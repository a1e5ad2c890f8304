package io.walferry.value;

import java.math.BigDecimal;

/** A {@code numeric}: a decimal number with its scale, or one of the three that are none. */
public sealed interface Numeric {
  /** The scale counts: {@code 1.50} and {@code 1.5} print differently and are not equal here. */
  record Finite(BigDecimal value) implements Numeric {}

  /** The infinities exist since PostgreSQL 14. */
  enum Special implements Numeric {
    NAN,
    INFINITY,
    NEGATIVE_INFINITY
  }
}
