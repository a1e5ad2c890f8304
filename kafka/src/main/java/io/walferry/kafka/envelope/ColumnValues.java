package io.walferry.kafka.envelope;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.type.TypeCatalog;
import io.walferry.type.ValueDecoder;
import io.walferry.value.Bytes;
import io.walferry.value.Extended;
import io.walferry.value.TimeOfDay;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Arrays;

/** What a column's text is as a value of a record, whatever form the record has. */
public final class ColumnValues {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long SECONDS_MAX = Long.MAX_VALUE / MICROS_PER_SECOND - 1;

  /** What PostgreSQL's driver, and Debezium after it, has for the infinities of a timestamp. */
  private static final long TIMESTAMP_INFINITY = 9_223_372_036_825_200_000L;

  private static final long TIMESTAMP_MINUS_INFINITY = -9_223_372_036_832_400_000L;

  private ColumnValues() {}

  /** A byte string. */
  public static byte[] bytes(TableShape table, Row row, int column) {
    return ((Bytes) decoded(table, row, column)).toArray();
  }

  /** The beginning of a text that is longer than this: whole characters. */
  public static String head(Row row, int column, int bytesMax) {
    int end = bytesMax;
    while (end > 0 && (row.byteAt(column, end) & 0xC0) == 0x80) {
      end--; // within a character
    }
    return new String(Arrays.copyOf(row.bytes(column), end), StandardCharsets.UTF_8);
  }

  /**
   * A date, a time or a timestamp: a {@link Long}, a {@link BigInteger} beyond that, or a text; see
   * {@link ColumnKind}.
   */
  public static Object time(TableShape table, Row row, int column) {
    Object value = decoded(table, row, column);
    return switch (value) {
      case TimeOfDay time -> time.microseconds();
      case Extended.Finite<?>(LocalDate date) -> date.toEpochDay();
      case Extended.Finite<?>(LocalDateTime at) -> micros(at);
      case Extended.Finite<?>(Instant at) -> at.toString();
      case Extended.Infinite<?>(var sign) -> infinite(table.kind(column), sign);
      default ->
          throw new IllegalStateException("No date or time: " + value.getClass().getSimpleName());
    };
  }

  /** The last two centuries of PostgreSQL's are beyond 64 bits, counted from 1970. */
  private static Object micros(LocalDateTime at) {
    long seconds = at.toEpochSecond(ZoneOffset.UTC);
    long rest = at.getLong(ChronoField.MICRO_OF_SECOND);
    if (seconds < SECONDS_MAX) {
      return seconds * MICROS_PER_SECOND + rest;
    }
    return BigInteger.valueOf(seconds)
        .multiply(BigInteger.valueOf(MICROS_PER_SECOND))
        .add(BigInteger.valueOf(rest));
  }

  private static Object infinite(ColumnKind kind, Extended.Sign sign) {
    boolean positive = sign == Extended.Sign.POSITIVE;
    return switch (kind) {
      case DATE -> (long) (positive ? Integer.MAX_VALUE : Integer.MIN_VALUE);
      case TIMESTAMP -> positive ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
      default -> positive ? "infinity" : "-infinity";
    };
  }

  /** Nobody asks a stream that becomes records for binary. */
  public static WalferryException binary(TableShape table, int column) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION,
        "Column %s of table %s: expected text, got a binary value"
            .formatted(table.columns().get(column).name(), table.table()));
  }

  private static Object decoded(TableShape table, Row row, int column) {
    int oid = table.columns().get(column).typeOid();
    return ValueDecoder.decode(TypeCatalog.BUILT_IN.type(oid), row, column);
  }
}
