package io.walferry.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.Predicate;

/**
 * Floating-point numbers as PostgreSQL prints them since version 12: the shortest digits that lie
 * closer to the number than to any other, in scientific form if it is very large or very small.
 */
final class FloatText {
  /** From which power of ten on the scientific form is used: {@code DBL_DIG}, {@code FLT_DIG}. */
  private static final int DOUBLE_DIGITS = 15;

  private static final int FLOAT_DIGITS = 6;

  private static final List<String> SPECIAL = List.of("NaN", "Infinity", "-Infinity");

  private FloatText() {}

  static String print(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    double size = Math.abs(value);
    BigDecimal exact = new BigDecimal(size);
    BigDecimal above = new BigDecimal(Math.ulp(size)).divide(BigDecimal.TWO);
    BigDecimal below = exact.subtract(new BigDecimal(Math.nextDown(size))).divide(BigDecimal.TWO);
    BigDecimal digits = shortest(new BigDecimal(Double.toString(size)), exact, below, above);
    return (value < 0 ? "-" : "") + print(digits, DOUBLE_DIGITS);
  }

  static String print(float value) {
    if (Float.isNaN(value) || Float.isInfinite(value)) {
      return Float.toString(value);
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    float size = Math.abs(value);
    BigDecimal exact = new BigDecimal(size);
    BigDecimal above = new BigDecimal(Math.ulp(size)).divide(BigDecimal.TWO);
    BigDecimal below = exact.subtract(new BigDecimal(Math.nextDown(size))).divide(BigDecimal.TWO);
    BigDecimal digits = shortest(new BigDecimal(Float.toString(size)), exact, below, above);
    return (value < 0 ? "-" : "") + print(digits, FLOAT_DIGITS);
  }

  /**
   * Java's digits, unless they differ from PostgreSQL's: Java prints two digits at least, and takes
   * a number right in the middle between two others for the even one of them.
   */
  private static BigDecimal shortest(
      BigDecimal javas, BigDecimal exact, BigDecimal below, BigDecimal above) {
    Predicate<BigDecimal> means =
        digits -> {
          BigDecimal distance = digits.subtract(exact);
          return distance.compareTo(above) < 0 && distance.negate().compareTo(below) < 0;
        };
    BigDecimal digits = javas.stripTrailingZeros();
    if (digits.precision() > 2 && means.test(digits)) {
      return digits;
    }
    for (int precision = 1; ; precision++) {
      for (RoundingMode mode :
          new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.UP, RoundingMode.DOWN}) {
        BigDecimal rounded = exact.round(new MathContext(precision, mode));
        if (means.test(rounded)) {
          return rounded.stripTrailingZeros();
        }
      }
    }
  }

  private static String print(BigDecimal decimal, int digitsOfType) {
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= -4 && exponent < digitsOfType) {
      return decimal.toPlainString();
    }
    String digits = decimal.unscaledValue().toString();
    StringBuilder text = new StringBuilder().append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    text.append(exponent < 0 ? "e-" : "e+").append(Math.abs(exponent) < 10 ? "0" : "");
    return text.append(Math.abs(exponent)).toString();
  }

  /** Reads up to the number's end; what follows is the caller's. */
  static double readDouble(ByteInput in) {
    return Double.parseDouble(in.text(length(in)));
  }

  static float readFloat(ByteInput in) {
    return Float.parseFloat(in.text(length(in)));
  }

  /**
   * Of the number that comes next. It is found here, since Java's reader would take blanks,
   * suffixes and hexadecimal digits, too.
   */
  private static int length(ByteInput in) {
    for (String special : SPECIAL) {
      if (in.startsWith(special)) {
        return special.length();
      }
    }
    int at = in.peek() == '-' ? 1 : 0;
    at = behindDigits(in, at);
    if (in.peek(at) == '.') {
      at = behindDigits(in, at + 1);
    }
    if (in.peek(at) == 'e') {
      int sign = in.peek(at + 1);
      at = behindDigits(in, sign == '+' || sign == '-' ? at + 2 : at + 1);
    }
    return at;
  }

  private static int behindDigits(ByteInput in, int from) {
    int at = from;
    while (in.peek(at) >= '0' && in.peek(at) <= '9') {
      at++;
    }
    if (at == from) {
      throw in.malformed("a floating-point number");
    }
    return at;
  }
}
