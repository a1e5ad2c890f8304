package io.walferry.testkit.compare;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One form for equal values of the two engines: PostgreSQL's text output, except that floats go by
 * value. SQLite's storage class is respected: a number stored as REAL equals a numeric only if it
 * reads the same.
 */
final class CanonicalValue {
  private CanonicalValue() {}

  /** Of PostgreSQL's text output. */
  static String ofText(String type, String text) {
    return switch (type) {
      case "float4" -> Float.toString(Float.parseFloat(javaFloat(text)));
      case "float8" -> Double.toString(Double.parseDouble(javaFloat(text)));
      default -> text;
    };
  }

  /** Of a value as a JDBC driver of a dynamically typed engine returns it. */
  static String ofObject(String type, Object value) {
    return switch (value) {
      case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
      case Number number -> ofNumber(type, number);
      case Boolean truth -> truth ? "t" : "f";
      case String text -> ofStoredText(type, text);
      default -> throw new IllegalArgumentException("No canonical form of " + value.getClass());
    };
  }

  /** Of a time or timestamp that has all six digits behind the point, as PostgreSQL prints it. */
  static @Nullable String ofMoment(@Nullable String text) {
    return text == null || !text.contains(".") ? text : text.replaceAll("\\.?0+$", "");
  }

  private static String ofNumber(String type, Number number) {
    return switch (type) {
      case "bool" -> number.longValue() == 0 ? "f" : number.longValue() == 1 ? "t" : "" + number;
      case "float4" -> Float.toString(number.floatValue());
      case "float8" -> Double.toString(number.doubleValue());
      default -> number.toString();
    };
  }

  private static String ofStoredText(String type, String text) {
    try {
      return ofText(type, text);
    } catch (NumberFormatException e) {
      // Not a number at all, hence equal to no float of the source.
      return "text:" + text;
    }
  }

  private static String javaFloat(String text) {
    return switch (text) {
      case "inf", "Inf", "+Infinity" -> "Infinity";
      case "-inf", "-Inf" -> "-Infinity";
      default -> text;
    };
  }
}
