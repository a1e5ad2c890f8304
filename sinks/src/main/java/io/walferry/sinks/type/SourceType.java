package io.walferry.sinks.type;

import java.util.OptionalInt;

/**
 * A type of the source with what its modifier says.
 *
 * @param modifier {@code atttypmod}, -1 if the type has none
 */
public record SourceType(TypeFamily family, int modifier) {
  private static final int HEADER = 4;
  private static final int NONE = -1;
  private static final int SCALE_BITS = 0x7ff;
  private static final int SCALE_SIGN = 0x400;

  public static SourceType of(int typeOid, int modifier) {
    return new SourceType(TypeFamily.of(typeOid), modifier);
  }

  /** Without a modifier. */
  public static SourceType of(TypeFamily family) {
    return new SourceType(family, NONE);
  }

  /** Characters that a varchar(n) or char(n) takes. */
  public OptionalInt length() {
    boolean limited = family == TypeFamily.VARCHAR || family == TypeFamily.BPCHAR;
    return limited && modifier >= HEADER ? OptionalInt.of(modifier - HEADER) : OptionalInt.empty();
  }

  /** Digits of a numeric(p,s) in all. */
  public OptionalInt precision() {
    return family == TypeFamily.NUMERIC && modifier >= HEADER
        ? OptionalInt.of((modifier - HEADER) >> 16)
        : OptionalInt.empty();
  }

  /** Digits behind the point of a numeric(p,s); negative from PostgreSQL 15 on if so declared. */
  public OptionalInt scale() {
    return precision().isPresent()
        ? OptionalInt.of((((modifier - HEADER) & SCALE_BITS) ^ SCALE_SIGN) - SCALE_SIGN)
        : OptionalInt.empty();
  }

  /** Digits of the seconds' fraction that a time or timestamp may have. */
  public int fractionDigits() {
    return modifier >= 0 && modifier < 6 ? modifier : 6;
  }
}
