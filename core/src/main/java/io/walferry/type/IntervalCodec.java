package io.walferry.type;

import io.walferry.value.Extended;
import io.walferry.value.Interval;
import java.util.Optional;
import java.util.function.Function;

/** {@code interval}; the text is that of {@code IntervalStyle postgres}. */
record IntervalCodec() implements Codec<Extended<Interval>> {
  private static final Function<ByteInput, Extended<Interval>> TEXT =
      DateTimeCodecs.extendedText(IntervalCodec::finite);

  private static final Interval INFINITY =
      new Interval(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
  private static final Interval NEGATIVE_INFINITY =
      new Interval(Integer.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE);

  private static final int MONTHS_PER_YEAR = 12;
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long MICROS_PER_HOUR = 3600 * MICROS_PER_SECOND;

  @Override
  public Class<?> javaType() {
    return Extended.class;
  }

  @Override
  public Extended<Interval> fromText(ByteInput in) {
    return TEXT.apply(in);
  }

  /** Before 17 the two infinities were ordinary intervals, though nobody has them. */
  @Override
  public Extended<Interval> fromBinary(ByteInput in) {
    long micros = in.int64();
    int days = in.int32();
    Interval interval = new Interval(in.int32(), days, micros);
    if (interval.equals(INFINITY)) {
      return Extended.infinite(Extended.Sign.POSITIVE);
    }
    if (interval.equals(NEGATIVE_INFINITY)) {
      return Extended.infinite(Extended.Sign.NEGATIVE);
    }
    return Extended.of(interval);
  }

  @Override
  public Optional<String> toText(Extended<Interval> value) {
    return Optional.of(DateTimeCodecs.print(value, IntervalCodec::print));
  }

  /** Years, months, days and a time, each if there is any; the time alone if all are zero. */
  private static Interval finite(ByteInput in) {
    long months = 0;
    long days = 0;
    while (true) {
      boolean negative = in.peek() == '-';
      if (negative || in.peek() == '+') {
        in.skip(1);
      }
      long number = in.digits(1, 1L << 32);
      if (in.peek() == ':') {
        long micros = number * MICROS_PER_HOUR + DateTimeCodecs.minutesAndSeconds(in);
        if (micros < 0 && !(negative && micros == Long.MIN_VALUE)) {
          throw in.malformed("a time of at most 64 bits before it");
        }
        return interval(in, months, days, negative ? -micros : micros);
      }
      long signed = negative ? -number : number;
      in.expect(' ');
      if (in.skipIf("year")) {
        months += signed * MONTHS_PER_YEAR;
      } else if (in.skipIf("mon")) {
        months += signed;
      } else if (in.skipIf("day")) {
        days += signed;
      } else {
        throw in.malformed("year, mon or day");
      }
      boolean unused = in.skipIf('s');
      if (!in.skipIf(' ')) {
        return interval(in, months, days, 0);
      }
    }
  }

  private static Interval interval(ByteInput in, long months, long days, long micros) {
    if (months != (int) months || days != (int) days) {
      throw in.malformed("months and days of 32 bits before it");
    }
    return new Interval((int) months, (int) days, micros);
  }

  private static String print(Interval interval) {
    StringBuilder out = new StringBuilder();
    boolean negative = appendPart(out, interval.months() / MONTHS_PER_YEAR, "year", false);
    negative = appendPart(out, interval.months() % MONTHS_PER_YEAR, "mon", negative);
    negative = appendPart(out, interval.days(), "day", negative);
    long micros = interval.microseconds();
    if (micros == 0 && !out.isEmpty()) {
      return out.toString();
    }
    out.append(out.isEmpty() ? "" : " ").append(micros < 0 ? "-" : negative ? "+" : "");
    DateTimeText.appendTime(
        out, Math.abs(micros / MICROS_PER_SECOND), Math.abs(micros % MICROS_PER_SECOND));
    return out.toString();
  }

  /** A plus sign appears behind a negative part only. Returns whether the last part is negative. */
  private static boolean appendPart(StringBuilder out, int number, String unit, boolean negative) {
    if (number == 0) {
      return negative;
    }
    out.append(out.isEmpty() ? "" : " ").append(negative && number > 0 ? "+" : "").append(number);
    out.append(' ').append(unit).append(number == 1 ? "" : "s");
    return number < 0;
  }
}
