package io.walferry.sinks.sqlite;

import io.walferry.sinks.type.TypeFamily;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.Locale;

/** Recovers PostgreSQL's text output from what SQLite keeps, by the rules of {@link SqliteSink}. */
final class PostgresText {
  private PostgresText() {}

  static String recover(int oid, Object kept) {
    return switch (TypeFamily.of(oid)) {
      case BOOL -> kept.equals(1) ? "t" : "f";
      case BYTEA -> "\\x" + HexFormat.of().formatHex((byte[]) kept);
      case FLOAT4, FLOAT8 ->
          kept instanceof Double number ? shortest(number, oid == 700) : (String) kept;
      case INT2, INT4, INT8, OID -> String.valueOf(kept);
      case NUMERIC, TEXT, VARCHAR, BPCHAR, UUID, JSON, JSONB, OTHER -> (String) kept;
      case DATE, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ, INTERVAL -> (String) kept;
    };
  }

  /**
   * The shortest decimal that reads back as the number; the exponent's form depends on the type.
   */
  private static String shortest(double number, boolean single) {
    if (number == 0) {
      return "0";
    }
    BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    // Double.toString prefers two digits to one: 4.9E-324 where 5e-324 is enough.
    BigDecimal one = digits.round(new java.math.MathContext(1));
    BigDecimal best = one.doubleValue() == number ? one.stripTrailingZeros() : digits;
    int exponent = best.precision() - best.scale() - 1;
    if (exponent >= -4 && exponent < (single ? 6 : 15)) {
      return best.toPlainString();
    }
    String unscaled = best.unscaledValue().abs().toString();
    String mantissa =
        unscaled.length() == 1 ? unscaled : unscaled.charAt(0) + "." + unscaled.substring(1);
    String sign = number < 0 ? "-" : "";
    String form = exponent < 0 ? "%s%se-%02d" : "%s%se+%02d";
    return String.format(Locale.ROOT, form, sign, mantissa, Math.abs(exponent));
  }
}
