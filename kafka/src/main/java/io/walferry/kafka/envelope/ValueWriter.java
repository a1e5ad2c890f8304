package io.walferry.kafka.envelope;

import io.walferry.change.Row;
import io.walferry.json.JsonNumber;
import io.walferry.json.JsonWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Writes the values of rows as JSON, cut to a length if asked for. Not for several threads. */
final class ValueWriter {
  /** Holds what was written so far; a buffer that grows would be copied again and again. */
  private final List<byte[]> pieces = new ArrayList<>();

  private final JsonWriter json =
      new JsonWriter((buffer, length) -> pieces.add(Arrays.copyOf(buffer, length)));
  private final String unavailable;
  private int valueBytesMax = Integer.MAX_VALUE;
  private final Set<String> cut = new LinkedHashSet<>();

  ValueWriter(String unavailable) {
    this.unavailable = unavailable;
  }

  JsonWriter json() {
    return json;
  }

  /** Forgets what was written; values that may be cut get no longer than this from now on. */
  void start(int bytesMax) {
    json.drop();
    pieces.clear();
    cut.clear();
    valueBytesMax = bytesMax;
  }

  /** Returns what was written since the start; once. */
  byte[] take() {
    json.flush();
    byte[] whole = pieces.size() == 1 ? pieces.getFirst() : joined();
    pieces.clear();
    return whole;
  }

  /** Joins the pieces. More than an array can have is an {@link OutOfMemoryError}, as any other. */
  private byte[] joined() {
    long size = pieces.stream().mapToLong(piece -> piece.length).sum();
    byte[] whole = new byte[(int) Math.min(Integer.MAX_VALUE, size)];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, whole, at, piece.length);
      at += piece.length;
    }
    return whole;
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
      case BINARY -> throw ColumnValues.binary(table, column);
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
    if (row.length(column) <= valueBytesMax) {
      json.string(row, column);
      return;
    }
    cut.add(table.columns().get(column).name());
    json.string(ColumnValues.head(row, column, valueBytesMax));
  }

  private void base64(TableShape table, Row row, int column) {
    byte[] whole = ColumnValues.bytes(table, row, column);
    byte[] kept = whole;
    if (whole.length > valueBytesMax) {
      cut.add(table.columns().get(column).name());
      kept = Arrays.copyOf(whole, valueBytesMax);
    }
    json.raw("\"").raw(Base64.getEncoder().encode(kept)).raw("\"");
  }

  private void time(TableShape table, Row row, int column) {
    Object value = ColumnValues.time(table, row, column);
    if (value instanceof String text) {
      json.raw("\"").raw(text).raw("\"");
    } else {
      json.raw(value.toString());
    }
  }
}
