package io.walferry.change;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The columns of one row: a byte array, shared with other rows of the same read, and the place of
 * each column in it. Nothing is decoded until it is asked for. Immutable; columns count from 0.
 *
 * <p>{@code toString} shows the shape only: a row's values never reach a log by accident.
 */
public final class Row {
  /** The state of one column; see {@link Value}. */
  public enum Kind {
    NULL,
    UNCHANGED,
    TEXT,
    BINARY
  }

  private static final int NULL_LENGTH = -1;
  private static final int UNCHANGED_LENGTH = -2;

  private final byte[] buffer;

  /** For column c: [2c] its start, as {@code ~start} if binary; [2c + 1] its length or a mark. */
  private final int[] places;

  private final long payload;

  private Row(byte[] buffer, int[] places, long payload) {
    this.buffer = buffer;
    this.places = places;
    this.payload = payload;
  }

  public int columnCount() {
    return places.length / 2;
  }

  public Kind kind(int column) {
    int length = places[2 * column + 1];
    if (length == NULL_LENGTH) {
      return Kind.NULL;
    }
    if (length == UNCHANGED_LENGTH) {
      return Kind.UNCHANGED;
    }
    return places[2 * column] >= 0 ? Kind.TEXT : Kind.BINARY;
  }

  public boolean isNull(int column) {
    return places[2 * column + 1] == NULL_LENGTH;
  }

  public boolean isUnchanged(int column) {
    return places[2 * column + 1] == UNCHANGED_LENGTH;
  }

  /** Bytes of the column as sent; 0 for NULL and unchanged columns. */
  public int length(int column) {
    return Math.max(0, places[2 * column + 1]);
  }

  /** What the row holds in memory, near enough for budgets: its columns and their places. */
  public long byteSize() {
    return 96 + 4L * places.length + payload;
  }

  public Value value(int column) {
    return switch (kind(column)) {
      case NULL -> Value.Null.NULL;
      case UNCHANGED -> Value.Unchanged.UNCHANGED;
      case TEXT -> new Value.Text(text(column));
      case BINARY -> new Value.Binary(bytes(column));
    };
  }

  /**
   * The value of a text column.
   *
   * @throws IllegalStateException if the column is not {@link Kind#TEXT}
   */
  public String text(int column) {
    return new String(buffer, textStart(column), length(column), StandardCharsets.UTF_8);
  }

  /**
   * A copy of the column's bytes, as sent.
   *
   * @throws IllegalStateException if the column is NULL or unchanged
   */
  public byte[] bytes(int column) {
    int start = start(column);
    return Arrays.copyOfRange(buffer, start, start + length(column));
  }

  /** Makes something of the bytes of a column where they lie; see {@link #read}. */
  @FunctionalInterface
  public interface BytesReader<T> {
    /** Only looks at these bytes, and keeps no reference to the buffer. */
    T read(byte[] buffer, int start, int length);
  }

  /**
   * Lends a column's bytes, as sent, without a copy.
   *
   * @throws IllegalStateException if the column is NULL or unchanged
   */
  public <T> T read(int column, BytesReader<T> reader) {
    return reader.read(buffer, start(column), length(column));
  }

  /** The byte at {@code index} of a column, without a copy. */
  public byte byteAt(int column, int index) {
    Objects.checkIndex(index, length(column));
    return buffer[start(column) + index];
  }

  /**
   * The decimal whole number that a text column holds, without a string in between.
   *
   * @throws NumberFormatException if it holds anything else; the message does not show it
   */
  public long integer(int column) {
    int start = textStart(column);
    int end = start + length(column);
    boolean negative = start < end && buffer[start] == '-';
    int from = negative ? start + 1 : start;
    if (from == end || end - from > 19) {
      throw new NumberFormatException("Column " + column + " is not a 64-bit whole number");
    }
    // Built up below zero, since Long.MIN_VALUE has no positive counterpart.
    long value = 0;
    for (int i = from; i < end; i++) {
      int digit = buffer[i] - '0';
      if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
        throw new NumberFormatException("Column " + column + " is not a 64-bit whole number");
      }
      value = value * 10 - digit;
    }
    if (!negative && value == Long.MIN_VALUE) {
      throw new NumberFormatException("Column " + column + " is not a 64-bit whole number");
    }
    return negative ? value : -value;
  }

  /** Whether both columns are in the same state with the same bytes. */
  public boolean sameValue(int column, Row other, int otherColumn) {
    Kind kind = kind(column);
    if (kind != other.kind(otherColumn)) {
      return false;
    }
    if (kind == Kind.NULL || kind == Kind.UNCHANGED) {
      return true;
    }
    int start = start(column);
    int otherStart = other.start(otherColumn);
    return Arrays.equals(
        buffer,
        start,
        start + length(column),
        other.buffer,
        otherStart,
        otherStart + other.length(otherColumn));
  }

  /** The same row over bytes of its own, for whoever keeps few rows of a large read. */
  public Row detached() {
    byte[] own = new byte[(int) payload];
    int[] moved = places.clone();
    int at = 0;
    for (int column = 0; column < columnCount(); column++) {
      int length = length(column);
      if (length > 0) {
        System.arraycopy(buffer, start(column), own, at, length);
      }
      if (places[2 * column + 1] >= 0) {
        moved[2 * column] = places[2 * column] >= 0 ? at : ~at;
      }
      at += length;
    }
    return new Row(own, moved, payload);
  }

  private int start(int column) {
    int start = places[2 * column];
    if (places[2 * column + 1] < 0) {
      throw new IllegalStateException("Column " + column + " is " + kind(column));
    }
    return start >= 0 ? start : ~start;
  }

  private int textStart(int column) {
    if (kind(column) != Kind.TEXT) {
      throw new IllegalStateException("Column " + column + " is not text but " + kind(column));
    }
    return places[2 * column];
  }

  @Override
  public boolean equals(Object object) {
    if (!(object instanceof Row other) || columnCount() != other.columnCount()) {
      return false;
    }
    for (int column = 0; column < columnCount(); column++) {
      if (!sameValue(column, other, column)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = columnCount();
    for (int column = 0; column < columnCount(); column++) {
      hash = 31 * hash + kind(column).hashCode();
      for (int i = 0; i < length(column); i++) {
        hash = 31 * hash + byteAt(column, i);
      }
    }
    return hash;
  }

  @Override
  public String toString() {
    return "Row[" + columnCount() + " columns]";
  }

  /**
   * Places columns, in their order, over a byte array that nobody writes to any more. Not for
   * several threads; one builder makes one row.
   */
  public static final class Builder {
    private final byte[] buffer;
    private final int[] places;
    private int next;
    private long payload;

    /**
     * Starts a row.
     *
     * @param buffer shared, not copied
     */
    public Builder(byte[] buffer, int columnCount) {
      this.buffer = buffer;
      this.places = new int[2 * columnCount];
    }

    public Builder text(int start, int length) {
      Objects.checkFromIndexSize(start, length, buffer.length);
      return place(start, length);
    }

    public Builder binary(int start, int length) {
      Objects.checkFromIndexSize(start, length, buffer.length);
      return place(~start, length);
    }

    public Builder nullValue() {
      return place(0, NULL_LENGTH);
    }

    public Builder unchanged() {
      return place(0, UNCHANGED_LENGTH);
    }

    private Builder place(int start, int length) {
      places[next] = start;
      places[next + 1] = length;
      next += 2;
      payload += Math.max(0, length);
      return this;
    }

    /**
     * The finished row.
     *
     * @throws IllegalStateException if a column was not placed
     */
    public Row build() {
      if (next != places.length) {
        throw new IllegalStateException(
            next / 2 + " of " + places.length / 2 + " columns were placed");
      }
      return new Row(buffer, places, payload);
    }
  }
}
