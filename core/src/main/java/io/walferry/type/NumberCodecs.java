package io.walferry.type;

import io.walferry.value.Numeric;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Numbers and booleans. */
final class NumberCodecs {
  static final Codec<Boolean> BOOL =
      new ScalarCodec<>(
          Boolean.class,
          in -> {
            if (in.skipIf('t')) {
              return true;
            }
            in.expect('f');
            return false;
          },
          in -> in.next() != 0,
          value -> value ? "t" : "f");

  static final Codec<Short> INT2 =
      new ScalarCodec<>(
          Short.class,
          in -> (short) in.integer(Short.MIN_VALUE, Short.MAX_VALUE),
          in -> (short) in.int16(),
          value -> Short.toString(value));

  static final Codec<Integer> INT4 =
      new ScalarCodec<>(
          Integer.class,
          in -> (int) in.integer(Integer.MIN_VALUE, Integer.MAX_VALUE),
          ByteInput::int32,
          value -> Integer.toString(value));

  static final Codec<Long> INT8 =
      new ScalarCodec<>(
          Long.class,
          in -> in.integer(Long.MIN_VALUE, Long.MAX_VALUE),
          ByteInput::int64,
          value -> Long.toString(value));

  /** Unsigned: {@code oid} and {@code cid}. */
  static final Codec<Long> UINT4 =
      new ScalarCodec<>(
          Long.class,
          in -> in.digits(1, 0xFFFF_FFFFL),
          ByteInput::uint32,
          value -> Long.toString(value));

  static final Codec<Float> FLOAT4 =
      new ScalarCodec<>(
          Float.class,
          FloatText::readFloat,
          in -> Float.intBitsToFloat(in.int32()),
          value -> FloatText.print((float) value));

  static final Codec<Double> FLOAT8 =
      new ScalarCodec<>(
          Double.class,
          FloatText::readDouble,
          ByteInput::float64,
          value -> FloatText.print((double) value));

  static final Codec<Numeric> NUMERIC =
      new ScalarCodec<>(
          Numeric.class,
          NumberCodecs::numericText,
          NumberCodecs::numericBinary,
          NumberCodecs::print);

  private static final String NAN_TEXT = "NaN";
  private static final String INFINITY_TEXT = "Infinity";
  private static final String NEGATIVE_INFINITY_TEXT = "-Infinity";

  private static final int POSITIVE = 0;
  private static final int NEGATIVE = 0x4000;
  private static final int NAN = 0xC000;
  private static final int INFINITY = 0xD000;
  private static final int NEGATIVE_INFINITY = 0xF000;
  private static final int SCALE_MAX = 0x3FFF;
  private static final int DIGIT_MAX = 9999;

  /** Decimal digits of one digit to the base 10000. */
  private static final int DIGIT_WIDTH = 4;

  private NumberCodecs() {}

  private static Numeric numericText(ByteInput in) {
    if (in.skipIf(NAN_TEXT)) {
      return Numeric.Special.NAN;
    }
    if (in.skipIf(INFINITY_TEXT)) {
      return Numeric.Special.INFINITY;
    }
    if (in.skipIf(NEGATIVE_INFINITY_TEXT)) {
      return Numeric.Special.NEGATIVE_INFINITY;
    }
    int sign = in.peek() == '-' ? 1 : 0;
    int length = in.remaining();
    int point = -1;
    long unscaled = 0;
    for (int i = sign; i < length; i++) {
      int next = in.peek(i);
      boolean digit = next >= '0' && next <= '9';
      if (!digit && (next != '.' || point >= 0 || i == sign || i == length - 1)) {
        throw in.malformed("a decimal number");
      }
      if (digit) {
        unscaled = unscaled * 10 + (next - '0'); // overflows only where it is not used
      } else {
        point = i;
      }
    }
    if (length == sign) {
      throw in.malformed("a decimal number");
    }
    if (length > ByteInput.LONG_DIGITS) {
      return new Numeric.Finite(new BigDecimal(in.text()));
    }
    in.skip(length);
    int scale = point < 0 ? 0 : length - point - 1;
    return new Numeric.Finite(BigDecimal.valueOf(sign == 0 ? unscaled : -unscaled, scale));
  }

  private static Numeric numericBinary(ByteInput in) {
    int digitCount = in.uint16();
    int weight = in.int16();
    int sign = in.uint16();
    int scale = in.uint16();
    return switch (sign) {
      case NAN -> Numeric.Special.NAN;
      case INFINITY -> Numeric.Special.INFINITY;
      case NEGATIVE_INFINITY -> Numeric.Special.NEGATIVE_INFINITY;
      case POSITIVE, NEGATIVE -> {
        if (scale > SCALE_MAX) {
          throw in.malformed("a scale up to " + SCALE_MAX);
        }
        BigInteger digits = base10000(in, digitCount);
        // The last digit stands for so many decimal places.
        int places = DIGIT_WIDTH * (digitCount - 1 - weight);
        yield new Numeric.Finite(
            withScale(in, sign == POSITIVE ? digits : digits.negate(), places, scale));
      }
      default -> throw in.malformed("a known sign");
    };
  }

  private static BigInteger base10000(ByteInput in, int count) {
    if (count * 2 != in.remaining()) {
      throw in.malformed("as many digits to the base 10000 as were counted");
    }
    if (count <= ByteInput.LONG_DIGITS / DIGIT_WIDTH) {
      long value = 0;
      for (int i = 0; i < count; i++) {
        value = value * (DIGIT_MAX + 1) + digit(in);
      }
      return BigInteger.valueOf(value);
    }
    StringBuilder decimal = new StringBuilder(count * DIGIT_WIDTH);
    for (int i = 0; i < count; i++) {
      int digit = digit(in);
      decimal.append((char) ('0' + digit / 1000)).append((char) ('0' + digit / 100 % 10));
      decimal.append((char) ('0' + digit / 10 % 10)).append((char) ('0' + digit % 10));
    }
    return new BigInteger(decimal.toString());
  }

  private static int digit(ByteInput in) {
    int digit = in.uint16();
    if (digit > DIGIT_MAX) {
      throw in.malformed("a digit up to " + DIGIT_MAX);
    }
    return digit;
  }

  private static BigDecimal withScale(ByteInput in, BigInteger digits, int places, int scale) {
    if (digits.signum() == 0) {
      return BigDecimal.valueOf(0, scale);
    }
    try {
      return new BigDecimal(digits, places).setScale(scale);
    } catch (ArithmeticException e) {
      throw in.malformed("no digit behind the last decimal place");
    }
  }

  private static String print(Numeric value) {
    return switch (value) {
      case Numeric.Finite finite -> finite.value().toPlainString();
      case Numeric.Special special ->
          switch (special) {
            case NAN -> NAN_TEXT;
            case INFINITY -> INFINITY_TEXT;
            case NEGATIVE_INFINITY -> NEGATIVE_INFINITY_TEXT;
          };
    };
  }
}
