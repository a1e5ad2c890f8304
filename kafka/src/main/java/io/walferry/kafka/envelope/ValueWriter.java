package io.walferry.kafka.envelope;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.json.JsonNumber;
import io.walferry.json.JsonWriter;
import io.walferry.type.TypeCatalog;
import io.walferry.type.ValueDecoder;
import io.walferry.value.Bytes;
import io.walferry.value.Extended;
import io.walferry.value.TimeOfDay;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Writes the values of rows as JSON, cut to a length if asked for. Not for several threads. */
final class ValueWriter {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long SECONDS_MAX = Long.MAX_VALUE / MICROS_PER_SECOND - 1;

  /** What PostgreSQL's driver, and Debezium after it, has for the infinities of a timestamp. */
  private static final long TIMESTAMP_INFINITY = 9_223_372_036_825_200_000L;

  private static final long TIMESTAMP_MINUS_INFINITY = -9_223_372_036_832_400_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final JsonWriter json =
      new JsonWriter((buffer, length) -> bytes.write(buffer, 0, length));
  private final String unavailable;
  private int valueBytesMax = Integer.MAX_VALUE;
  private final Set<String> cut = new LinkedHashSet<>();

  ValueWriter(String unavailable) {
    this.unavailable = unavailable;
  }

  JsonWriter json() {
    return json;
  }

  /** Begins anew; values that may be cut get no longer than this. */
  void start(int bytesMax) {
    json.drop();
    bytes.reset();
    cut.clear();
    valueBytesMax = bytesMax;
  }

  /** What was written since the start. */
  byte[] take() {
    json.flush();
    return bytes.toByteArray();
  }

  /** The columns that were cut since the start. */
  Set<String> cut() {
    return Collections.unmodifiableSet(new LinkedHashSet<>(cut));
  }

  void column(TableShape table, RowImage image, int column) {
    Row row = image.teller(column);
    switch (row.kind(column)) {
      case NULL -> json.raw("null");
      case UNCHANGED -> json.string(unavailable);
      case TEXT -> text(table, row, column);
      case BINARY ->
          throw new WalferryException(
              ErrorCode.PROTOCOL_VIOLATION,
              "Column "
                  + table.columns().get(column).name()
                  + " of table "
                  + table.table()
                  + ": expected text, got a binary value");
    }
  }

  private void text(TableShape table, Row row, int column) {
    switch (table.kind(column)) {
      case BOOLEAN -> json.raw(row.byteAt(column, 0) == 't' ? "true" : "false");
      case INT16, INT32, INT64 -> json.number(row, column);
      case FLOAT32, FLOAT64 -> {
        if (JsonNumber.isOne(row, column)) {
          json.number(row, column);
        } else {
          json.string(row, column);
        }
      }
      case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> time(table, row, column);
      case BYTES -> base64(table, row, column);
      case NUMERIC, UUID -> json.string(row, column);
      case JSON, TEXT -> string(table, row, column);
    }
  }

  private void string(TableShape table, Row row, int column) {
    int length = row.length(column);
    if (length <= valueBytesMax) {
      json.string(row, column);
      return;
    }
    cut.add(table.columns().get(column).name());
    int end = valueBytesMax;
    while (end > 0 && (row.byteAt(column, end) & 0xC0) == 0x80) {
      end--; // within a character
    }
    byte[] head = Arrays.copyOf(row.bytes(column), end);
    json.string(new String(head, StandardCharsets.UTF_8));
  }

  private void base64(TableShape table, Row row, int column) {
    byte[] whole = ((Bytes) decoded(table, row, column)).toArray();
    byte[] kept = whole;
    if (whole.length > valueBytesMax) {
      cut.add(table.columns().get(column).name());
      kept = Arrays.copyOf(whole, valueBytesMax);
    }
    json.raw("\"").raw(Base64.getEncoder().encode(kept)).raw("\"");
  }

  private void time(TableShape table, Row row, int column) {
    Object value = decoded(table, row, column);
    switch (value) {
      case TimeOfDay time -> json.raw(Long.toString(time.microseconds()));
      case Extended.Finite<?>(LocalDate date) -> json.raw(Long.toString(date.toEpochDay()));
      case Extended.Finite<?>(LocalDateTime at) -> json.raw(micros(at));
      case Extended.Finite<?>(Instant at) -> json.raw("\"").raw(at.toString()).raw("\"");
      case Extended.Infinite<?>(var sign) -> infinite(table.kind(column), sign);
      default ->
          throw new IllegalStateException("No date or time: " + value.getClass().getSimpleName());
    }
  }

  /** The last two centuries of PostgreSQL's are beyond 64 bits, counted from 1970. */
  private static String micros(LocalDateTime at) {
    long seconds = at.toEpochSecond(ZoneOffset.UTC);
    long rest = at.getLong(ChronoField.MICRO_OF_SECOND);
    return seconds < SECONDS_MAX
        ? Long.toString(seconds * MICROS_PER_SECOND + rest)
        : "%d%06d".formatted(seconds, rest);
  }

  private void infinite(ColumnKind kind, Extended.Sign sign) {
    boolean positive = sign == Extended.Sign.POSITIVE;
    json.raw(
        switch (kind) {
          case DATE -> Integer.toString(positive ? Integer.MAX_VALUE : Integer.MIN_VALUE);
          case TIMESTAMP -> Long.toString(positive ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY);
          default -> positive ? "\"infinity\"" : "\"-infinity\"";
        });
  }

  private static Object decoded(TableShape table, Row row, int column) {
    int oid = table.columns().get(column).typeOid();
    return ValueDecoder.decode(TypeCatalog.BUILT_IN.type(oid), row, column);
  }
}
