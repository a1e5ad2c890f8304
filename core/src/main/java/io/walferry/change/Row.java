package io.walferry.change;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The columns of one row: a byte array, shared with other rows of the same read, and where in it
 * the columns are. Nothing is decoded until it is asked for, and nothing is kept for a column that
 * nobody asks for. Immutable; columns count from 0. Asked in their order, each is found in one
 * step.
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
  private static final int VALUE_HEADER_BYTES = 1 + Integer.BYTES;
  private static final int[] WITHOUT_PLACES = {};

  /** Longer than what is read at once: a row of this length has its message's array for itself. */
  private static final int LONG_BYTES = 1 << 20;

  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LAST = lastHandle();

  private final byte[] buffer;

  /**
   * For column c of a row that was built: [2c] its start, as {@code ~start} if binary; [2c + 1] its
   * length or a mark. Empty for a row as it was sent, which is looked through instead.
   */
  private final int[] places;

  private final int columnCount;

  /** Where the columns of a row that was sent begin. */
  private final int from;

  /** Where they end; of a row that was built, how many bytes its values have. */
  private final int to;

  /**
   * Of a row that was sent, the column that was asked for last, and in the lower half where it is:
   * columns are mostly read in their order. Only ever saves steps, so threads need not see what
   * others have noted; written and read as a whole.
   */
  @SuppressWarnings("UnusedVariable") // LAST reads it.
  private long last;

  private Row(byte[] buffer, int[] places, int columnCount, int from, int to) {
    this.buffer = buffer;
    this.places = places;
    this.columnCount = columnCount;
    this.from = from;
    this.to = to;
    this.last = from;
  }

  private static VarHandle lastHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Row.class, "last", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * A row as PostgreSQL sends it: each column a byte, {@code n} for NULL and {@code u} for
   * unchanged; or {@code t} for text and {@code b} for binary, and then a length of 4 bytes and the
   * value. Nothing is made for a column until it is asked for.
   *
   * @param buffer shared, not copied
   * @param from where the first column begins
   * @param to behind the last column; the caller has seen that the columns fill this exactly
   */
  public static Row sent(byte[] buffer, int from, int to, int columnCount) {
    Objects.checkFromToIndex(from, to, buffer.length);
    return new Row(buffer, WITHOUT_PLACES, columnCount, from, to);
  }

  public int columnCount() {
    return columnCount;
  }

  private boolean isSent() {
    return places.length == 0;
  }

  /** Where a column of a row that was sent begins. */
  private int seek(int column) {
    Objects.checkIndex(column, columnCount);
    long known = (long) LAST.getOpaque(this);
    int at = (int) known;
    int reached = (int) (known >>> Integer.SIZE);
    if (reached == column) {
      return at;
    }
    if (reached > column) {
      reached = 0;
      at = from;
    }
    for (; reached < column; reached++) {
      at = behind(at);
    }
    LAST.setOpaque(this, (long) column << Integer.SIZE | at);
    return at;
  }

  private int behind(int at) {
    return buffer[at] == 'n' || buffer[at] == 'u'
        ? at + 1
        : at + VALUE_HEADER_BYTES + (int) INT32.get(buffer, at + 1);
  }

  /** The length of a value, or a mark. */
  private int extent(int column) {
    if (!isSent()) {
      return places[2 * column + 1];
    }
    int at = seek(column);
    return switch (buffer[at]) {
      case 'n' -> NULL_LENGTH;
      case 'u' -> UNCHANGED_LENGTH;
      default -> (int) INT32.get(buffer, at + 1);
    };
  }

  public Kind kind(int column) {
    if (isSent()) {
      return switch (buffer[seek(column)]) {
        case 'n' -> Kind.NULL;
        case 'u' -> Kind.UNCHANGED;
        case 't' -> Kind.TEXT;
        default -> Kind.BINARY;
      };
    }
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
    return extent(column) == NULL_LENGTH;
  }

  public boolean isUnchanged(int column) {
    return extent(column) == UNCHANGED_LENGTH;
  }

  /** Bytes of the column as sent; 0 for NULL and unchanged columns. */
  public int length(int column) {
    return Math.max(0, extent(column));
  }

  /** What the row holds in memory, near enough for budgets: its columns and their places. */
  public long byteSize() {
    return 96 + 4L * places.length + (to - from);
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
    long place = textPlace(column);
    return new String(buffer, start(place), length(place), StandardCharsets.UTF_8);
  }

  /**
   * A copy of the column's bytes, as sent.
   *
   * @throws IllegalStateException if the column is NULL or unchanged
   */
  public byte[] bytes(int column) {
    long place = place(column);
    return Arrays.copyOfRange(buffer, start(place), start(place) + length(place));
  }

  /** Makes something of the bytes of a column where they lie; see {@link #read}. */
  @FunctionalInterface
  public interface BytesReader<T> {
    /** Looks at these bytes without changing them; may do so for as long as the row is kept. */
    T read(byte[] buffer, int start, int length);
  }

  /**
   * Lends a column's bytes, as sent, without a copy.
   *
   * @throws IllegalStateException if the column is NULL or unchanged
   */
  public <T> T read(int column, BytesReader<T> reader) {
    long place = place(column);
    return reader.read(buffer, start(place), length(place));
  }

  /**
   * Copies a column's bytes, as sent, and returns how many there are: none for NULL and unchanged
   * columns.
   */
  public int copy(int column, byte[] target, int at) {
    int length = extent(column);
    if (length <= 0) {
      return 0;
    }
    System.arraycopy(buffer, start(place(column)), target, at, length);
    return length;
  }

  /** Copies {@code length} bytes of a value, from its byte {@code from} on. */
  public void copy(int column, int from, int length, byte[] target, int at) {
    long place = place(column);
    Objects.checkFromIndexSize(from, length, length(place));
    System.arraycopy(buffer, start(place) + from, target, at, length);
  }

  /** The byte at {@code index} of a column, without a copy. */
  public byte byteAt(int column, int index) {
    long place = place(column);
    return buffer[start(place) + Objects.checkIndex(index, length(place))];
  }

  /**
   * The decimal whole number that a text column holds, without a string in between.
   *
   * @throws NumberFormatException if it holds anything else; the message does not show it
   */
  public long integer(int column) {
    long place = textPlace(column);
    int start = start(place);
    int end = start + length(place);
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
    long place = place(column);
    long otherPlace = other.place(otherColumn);
    return Arrays.equals(
        buffer,
        start(place),
        start(place) + length(place),
        other.buffer,
        start(otherPlace),
        start(otherPlace) + length(otherPlace));
  }

  /**
   * Returns the row for keeping: over bytes of its own, unless it is so long that it shares them
   * with no other.
   */
  public Row detached() {
    if (to - from >= LONG_BYTES) {
      return this;
    }
    return isSent()
        ? new Row(Arrays.copyOfRange(buffer, from, to), WITHOUT_PLACES, columnCount, 0, to - from)
        : over(this, new byte[to - from]);
  }

  /** Returns a row of these columns, in this order, over the same bytes. */
  public Row select(List<Integer> columns) {
    Builder selected = new Builder(buffer, columns.size());
    for (int column : columns) {
      int start = extent(column) < 0 ? 0 : start(place(column));
      selected.add(kind(column), start, length(column));
    }
    return selected.build();
  }

  /**
   * This row with the values of an earlier one in the columns that were not sent; what neither of
   * them has stays unchanged.
   */
  public Row over(Row earlier) {
    int byteCount = 0;
    boolean whole = true;
    for (int column = 0; column < columnCount; column++) {
      boolean unchanged = isUnchanged(column);
      byteCount += unchanged ? earlier.length(column) : length(column);
      whole &= !unchanged;
    }
    return whole ? this : over(earlier, new byte[byteCount]);
  }

  private Row over(Row earlier, byte[] own) {
    Builder merged = new Builder(own, columnCount);
    int at = 0;
    for (int column = 0; column < columnCount; column++) {
      Row source = isUnchanged(column) ? earlier : this;
      int length = source.length(column);
      if (length > 0) {
        System.arraycopy(source.buffer, start(source.place(column)), own, at, length);
      }
      merged.add(source.kind(column), at, length);
      at += length;
    }
    return merged.build();
  }

  /** Where a value is, for {@link #start} and {@link #length(long)}: found once for both. */
  private long place(int column) {
    if (extent(column) < 0) {
      throw new IllegalStateException("Column " + column + " is " + kind(column));
    }
    if (isSent()) {
      return sentPlace(seek(column));
    }
    int start = places[2 * column];
    return (long) (start >= 0 ? start : ~start) << Integer.SIZE | places[2 * column + 1];
  }

  private long textPlace(int column) {
    if (isSent()) {
      int at = seek(column);
      if (buffer[at] == 't') {
        return sentPlace(at);
      }
    } else if (kind(column) == Kind.TEXT) {
      return place(column);
    }
    throw new IllegalStateException("Column " + column + " is not text but " + kind(column));
  }

  private long sentPlace(int at) {
    return (long) (at + VALUE_HEADER_BYTES) << Integer.SIZE | (int) INT32.get(buffer, at + 1);
  }

  private static int start(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  private static int length(long place) {
    return (int) place;
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
    private int payload;

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

    private void add(Kind kind, int start, int length) {
      Builder unused =
          switch (kind) {
            case NULL -> nullValue();
            case UNCHANGED -> unchanged();
            case TEXT -> text(start, length);
            case BINARY -> binary(start, length);
          };
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
      return new Row(buffer, places, places.length / 2, 0, payload);
    }
  }
}
