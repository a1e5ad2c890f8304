package io.walferry.type;

import io.walferry.value.Extended;
import io.walferry.value.OffsetTimeOfDay;
import io.walferry.value.TimeOfDay;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.function.Function;

/** Dates and times; the text is that of {@code DateStyle ISO} and time zone UTC. */
final class DateTimeCodecs {
  static final Codec<Extended<LocalDate>> DATE =
      new ScalarCodec<>(
          Extended.class,
          extendedText(DateTimeCodecs::date),
          DateTimeCodecs::dateBinary,
          value -> print(value, DateTimeText::print));

  static final Codec<Extended<LocalDateTime>> TIMESTAMP =
      new ScalarCodec<>(
          Extended.class,
          extendedText(DateTimeCodecs::timestamp),
          in -> timestampBinary(in, DateTimeCodecs::localDateTime),
          value -> print(value, at -> DateTimeText.print(at, "")));

  static final Codec<Extended<Instant>> TIMESTAMPTZ =
      new ScalarCodec<>(
          Extended.class,
          extendedText(DateTimeCodecs::instant),
          in -> timestampBinary(in, DateTimeCodecs::instant),
          value ->
              print(
                  value,
                  at -> DateTimeText.print(LocalDateTime.ofInstant(at, ZoneOffset.UTC), "+00")));

  static final Codec<TimeOfDay> TIME =
      new ScalarCodec<>(
          TimeOfDay.class,
          DateTimeCodecs::timeText,
          DateTimeCodecs::timeBinary,
          DateTimeText::print);

  static final Codec<OffsetTimeOfDay> TIMETZ =
      new ScalarCodec<>(
          OffsetTimeOfDay.class,
          in -> new OffsetTimeOfDay(timeText(in), offsetText(in)),
          in -> new OffsetTimeOfDay(timeBinary(in), offsetBinary(in)),
          value -> DateTimeText.print(value.time()) + DateTimeText.print(value.offset()));

  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1000;

  /** 2000-01-01, from where PostgreSQL counts, in days and seconds from where Java does. */
  private static final long EPOCH_DAY = 10_957;

  private static final long EPOCH_SECOND = 946_684_800;

  /** {@code MAX_TZDISP_HOUR}: farther from UTC is no place. */
  private static final int OFFSET_SECONDS_MAX = 16 * 3600 - 1;

  private static final String INFINITY = "infinity";
  private static final String NEGATIVE_INFINITY = "-infinity";

  private DateTimeCodecs() {}

  static <T> Function<ByteInput, Extended<T>> extendedText(Function<ByteInput, T> finite) {
    return in -> {
      if (in.skipIf(INFINITY)) {
        return Extended.infinite(Extended.Sign.POSITIVE);
      }
      if (in.skipIf(NEGATIVE_INFINITY)) {
        return Extended.infinite(Extended.Sign.NEGATIVE);
      }
      return Extended.of(finite.apply(in));
    };
  }

  static <T> String print(Extended<T> value, Function<T, String> finite) {
    return switch (value) {
      case Extended.Finite<T>(T at) -> finite.apply(at);
      case Extended.Infinite<T>(Extended.Sign sign) ->
          sign == Extended.Sign.POSITIVE ? INFINITY : NEGATIVE_INFINITY;
    };
  }

  /** The parts of a date as they are printed: the era comes last, behind time and offset. */
  private record PrintedDate(long year, int month, int day) {
    LocalDate read(ByteInput in) {
      boolean beforeChrist = in.skipIf(" BC");
      try {
        return LocalDate.of(Math.toIntExact(beforeChrist ? 1 - year : year), month, day);
      } catch (DateTimeException e) {
        throw in.malformed("a date of the calendar before it");
      }
    }
  }

  private static PrintedDate printedDate(ByteInput in) {
    long year = in.digits(4, 9_999_999);
    in.expect('-');
    int month = twoDigits(in);
    in.expect('-');
    return new PrintedDate(year, month, twoDigits(in));
  }

  private static LocalDate date(ByteInput in) {
    return printedDate(in).read(in);
  }

  private static LocalDateTime timestamp(ByteInput in) {
    PrintedDate date = printedDate(in);
    in.expect(' ');
    long micros = microsOfDay(in);
    return date.read(in).atStartOfDay().plusNanos(micros * NANOS_PER_MICRO);
  }

  private static Instant instant(ByteInput in) {
    PrintedDate date = printedDate(in);
    in.expect(' ');
    long micros = microsOfDay(in);
    ZoneOffset offset = offsetText(in);
    long second = date.read(in).toEpochDay() * 86_400 + micros / MICROS_PER_SECOND;
    return Instant.ofEpochSecond(
        second - offset.getTotalSeconds(), micros % MICROS_PER_SECOND * NANOS_PER_MICRO);
  }

  private static TimeOfDay timeText(ByteInput in) {
    long micros = microsOfDay(in);
    if (micros > TimeOfDay.MICROSECONDS_PER_DAY) {
      throw in.malformed("a time up to 24:00:00 before it");
    }
    return new TimeOfDay(micros);
  }

  private static long microsOfDay(ByteInput in) {
    int hour = twoDigits(in);
    if (hour > 24) {
      throw in.malformed("an hour up to 24 before it");
    }
    return hour * 3600L * MICROS_PER_SECOND + minutesAndSeconds(in);
  }

  /** {@code :MM:SS} with a fraction of up to six digits, in microseconds. */
  static long minutesAndSeconds(ByteInput in) {
    in.expect(':');
    int minute = sixty(in);
    in.expect(':');
    int second = sixty(in);
    long micros = (minute * 60L + second) * MICROS_PER_SECOND;
    if (!in.skipIf('.')) {
      return micros;
    }
    int before = in.remaining();
    long fraction = in.digits(1, MICROS_PER_SECOND - 1);
    int digits = before - in.remaining();
    if (digits > 6) {
      throw in.malformed("at most six digits of a second");
    }
    for (int i = digits; i < 6; i++) {
      fraction *= 10;
    }
    return micros + fraction;
  }

  private static ZoneOffset offsetText(ByteInput in) {
    boolean west = in.peek() == '-';
    if (!west && in.peek() != '+') {
      throw in.malformed("an offset from UTC");
    }
    in.skip(1);
    int seconds = twoDigits(in) * 3600;
    if (in.skipIf(':')) {
      seconds += sixty(in) * 60;
    }
    if (in.skipIf(':')) {
      seconds += sixty(in);
    }
    return offset(in, west ? -seconds : seconds);
  }

  private static ZoneOffset offset(ByteInput in, int seconds) {
    if (seconds < -OFFSET_SECONDS_MAX || seconds > OFFSET_SECONDS_MAX) {
      throw in.malformed("an offset of less than 16 hours before it");
    }
    return ZoneOffset.ofTotalSeconds(seconds);
  }

  private static int sixty(ByteInput in) {
    int value = twoDigits(in);
    if (value > 59) {
      throw in.malformed("at most 59 before it");
    }
    return value;
  }

  private static int twoDigits(ByteInput in) {
    int tens = in.peek(0) - '0';
    int ones = in.peek(1) - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) {
      throw in.malformed("two digits");
    }
    in.skip(2);
    return 10 * tens + ones;
  }

  private static Extended<LocalDate> dateBinary(ByteInput in) {
    int days = in.int32();
    return switch (days) {
      case Integer.MAX_VALUE -> Extended.infinite(Extended.Sign.POSITIVE);
      case Integer.MIN_VALUE -> Extended.infinite(Extended.Sign.NEGATIVE);
      default -> Extended.of(LocalDate.ofEpochDay(EPOCH_DAY + days));
    };
  }

  private interface Moment<T> {
    T at(long epochSecond, int nanos);
  }

  private static LocalDateTime localDateTime(long epochSecond, int nanos) {
    return LocalDateTime.ofEpochSecond(epochSecond, nanos, ZoneOffset.UTC);
  }

  private static Instant instant(long epochSecond, int nanos) {
    return Instant.ofEpochSecond(epochSecond, nanos);
  }

  private static <T> Extended<T> timestampBinary(ByteInput in, Moment<T> moment) {
    long micros = in.int64();
    if (micros == Long.MAX_VALUE) {
      return Extended.infinite(Extended.Sign.POSITIVE);
    }
    if (micros == Long.MIN_VALUE) {
      return Extended.infinite(Extended.Sign.NEGATIVE);
    }
    long second = Math.floorDiv(micros, MICROS_PER_SECOND);
    int nanos = (int) Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO;
    return Extended.of(moment.at(EPOCH_SECOND + second, nanos));
  }

  private static TimeOfDay timeBinary(ByteInput in) {
    long micros = in.int64();
    if (micros < 0 || micros > TimeOfDay.MICROSECONDS_PER_DAY) {
      throw in.malformed("a time up to 24:00:00 before it");
    }
    return new TimeOfDay(micros);
  }

  /** The server counts westwards. */
  private static ZoneOffset offsetBinary(ByteInput in) {
    int west = in.int32();
    return offset(in, west == Integer.MIN_VALUE ? Integer.MAX_VALUE : -west);
  }
}
