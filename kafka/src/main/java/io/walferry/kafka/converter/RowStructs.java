package io.walferry.kafka.converter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.envelope.ColumnKind;
import io.walferry.kafka.envelope.ColumnValues;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** Puts the values of rows into structs, cut to a length if asked for. Not for several threads. */
final class RowStructs {
  private final String unavailable;
  private final Set<String> cut = new LinkedHashSet<>();
  private int valueBytesMax = Integer.MAX_VALUE;

  RowStructs(String unavailable) {
    this.unavailable = unavailable;
  }

  /** Begins anew; values that may be cut get no longer than this. */
  void start(int bytesMax) {
    cut.clear();
    valueBytesMax = bytesMax;
  }

  /** The columns that were cut since the start. */
  Set<String> cut() {
    return Collections.unmodifiableSet(new LinkedHashSet<>(cut));
  }

  /**
   * Puts a column, which the struct has by its name.
   *
   * @throws WalferryException {@code DESTINATION_RECORD_REFUSED} if its type there cannot hold it
   */
  void put(Struct struct, TableShape table, RowImage image, int column) {
    Row row = image.teller(column);
    struct.put(
        table.columns().get(column).name(),
        switch (row.kind(column)) {
          case NULL -> nothing(table, column);
          case UNCHANGED -> unavailable(table, column);
          case TEXT -> value(table, row, column);
          case BINARY -> throw ColumnValues.binary(table, column);
        });
  }

  private static @Nullable Object nothing(TableShape table, int column) {
    if (table.neverNull(column)) {
      throw refused(table, column, "it is NULL");
    }
    return null;
  }

  /** Only values of any length can be left out of an update. */
  private Object unavailable(TableShape table, int column) {
    return switch (table.kind(column)) {
      case BYTES -> ByteBuffer.wrap(unavailable.getBytes(UTF_8));
      case NUMERIC, JSON, TEXT -> unavailable;
      case BOOLEAN,
          INT16,
          INT32,
          INT64,
          FLOAT32,
          FLOAT64,
          DATE,
          TIME,
          TIMESTAMP,
          TIMESTAMPTZ,
          UUID ->
          throw refused(table, column, "its value was not sent");
    };
  }

  private Object value(TableShape table, Row row, int column) {
    return switch (table.kind(column)) {
      case BOOLEAN -> row.byteAt(column, 0) == 't';
      case INT16 -> (short) row.integer(column);
      case INT32 -> (int) row.integer(column);
      case INT64 -> row.integer(column);
      case FLOAT32 -> Float.parseFloat(row.text(column));
      case FLOAT64 -> Double.parseDouble(row.text(column));
      case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> time(table, row, column);
      case BYTES -> bytes(table, row, column);
      case NUMERIC, UUID -> row.text(column);
      case JSON, TEXT -> text(table, row, column);
    };
  }

  private Object time(TableShape table, Row row, int column) {
    Object value = ColumnValues.time(table, row, column);
    if (value instanceof BigInteger) {
      throw refused(table, column, "it is beyond 64 bits, counted in microseconds from 1970");
    }
    return table.kind(column) == ColumnKind.DATE ? Math.toIntExact((Long) value) : value;
  }

  private String text(TableShape table, Row row, int column) {
    if (row.length(column) <= valueBytesMax) {
      return row.text(column);
    }
    cut.add(table.columns().get(column).name());
    return ColumnValues.head(row, column, valueBytesMax);
  }

  private ByteBuffer bytes(TableShape table, Row row, int column) {
    byte[] whole = ColumnValues.bytes(table, row, column);
    if (whole.length <= valueBytesMax) {
      return ByteBuffer.wrap(whole);
    }
    cut.add(table.columns().get(column).name());
    return ByteBuffer.wrap(Arrays.copyOf(whole, valueBytesMax));
  }

  private static WalferryException refused(TableShape table, int column, String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_RECORD_REFUSED,
        "Column %s of table %s cannot be in a record with a schema: %s"
            .formatted(table.columns().get(column).name(), table.table(), why));
  }
}
