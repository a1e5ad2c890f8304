package io.walferry.type;

import io.walferry.change.Row;
import io.walferry.value.Bytes;
import io.walferry.value.Extended;
import io.walferry.value.Numeric;
import io.walferry.value.PgArray;
import io.walferry.value.TimeOfDay;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A row whose columns are read as Java values, by position from 0 or by name. A column is decoded
 * when it is asked for, each time anew, and others cost nothing. Immutable.
 *
 * <p>{@link #get(int)} gives every value in the class that {@link ValueDecoder} lists; the other
 * methods are short for common ones. All of them but {@code find} throw {@link
 * IllegalStateException} if the column is NULL or {@linkplain Row#isUnchanged unchanged}, or has a
 * value that the asked class does not know, such as {@code infinity}; {@link
 * IllegalArgumentException} if there is no such column or its type has values of another class; and
 * {@link MalformedValueException} if the bytes are not of the type.
 */
public final class TypedRow {
  private final RowType type;
  private final Row row;

  TypedRow(RowType type, Row row) {
    this.type = type;
    this.row = row;
  }

  public RowType type() {
    return type;
  }

  /** The row as the server sent it. */
  public Row row() {
    return row;
  }

  public boolean isNull(int column) {
    return row.isNull(column);
  }

  public boolean isNull(String column) {
    return isNull(type.position(column));
  }

  /** Whether the update left a large column alone, so that its value is not in the stream. */
  public boolean isUnchanged(int column) {
    return row.isUnchanged(column);
  }

  public boolean isUnchanged(String column) {
    return isUnchanged(type.position(column));
  }

  /**
   * PostgreSQL's own text of a column, in whichever form it came. Empty if only the server knows
   * it; see {@link ValueText}.
   */
  public Optional<String> text(int column) {
    return row.kind(column) == Row.Kind.TEXT
        ? Optional.of(row.text(column))
        : ValueText.print(type.type(column), get(column));
  }

  /**
   * The same row with every value as text, over bytes of its own; the row itself if it is so
   * already. Empty if only the server knows the text of one.
   */
  public Optional<Row> printed() {
    int count = row.columnCount();
    byte[][] made = new byte[count][];
    int size = 0;
    boolean any = false;
    for (int column = 0; column < count; column++) {
      if (row.kind(column) == Row.Kind.BINARY) {
        Optional<String> text = text(column);
        if (text.isEmpty()) {
          return Optional.empty();
        }
        made[column] = text.get().getBytes(StandardCharsets.UTF_8);
        size += made[column].length;
        any = true;
      } else {
        size += row.length(column);
      }
    }
    return Optional.of(any ? together(made, size) : row);
  }

  private Row together(byte[][] made, int size) {
    byte[] bytes = new byte[size];
    Row.Builder printed = new Row.Builder(bytes, made.length);
    int at = 0;
    for (int column = 0; column < made.length; column++) {
      int start = at;
      switch (row.kind(column)) {
        case NULL -> printed.nullValue();
        case UNCHANGED -> printed.unchanged();
        case BINARY -> {
          System.arraycopy(made[column], 0, bytes, start, made[column].length);
          at += made[column].length;
          printed.text(start, made[column].length);
        }
        case TEXT -> {
          int length =
              row.read(
                  column,
                  (buffer, from, many) -> {
                    System.arraycopy(buffer, from, bytes, start, many);
                    return many;
                  });
          at += length;
          printed.text(start, length);
        }
      }
    }
    return printed.build();
  }

  public Object get(int column) {
    if (row.isNull(column)) {
      throw state(column, "is NULL: ask isNull, or use find");
    }
    if (row.isUnchanged(column)) {
      throw state(column, "is unchanged, so the stream does not carry it: ask isUnchanged");
    }
    try {
      return ValueDecoder.decode(type.type(column), row, column);
    } catch (MalformedValueException e) {
      throw e.in(type.describe(column));
    }
  }

  public Object get(String column) {
    return get(type.position(column));
  }

  public <T> T get(int column, Class<T> javaType) {
    return as(column, get(column), javaType);
  }

  public <T> T get(String column, Class<T> javaType) {
    return get(type.position(column), javaType);
  }

  /** Empty if the column is NULL. */
  public <T> Optional<T> find(int column, Class<T> javaType) {
    return row.isNull(column) ? Optional.empty() : Optional.of(get(column, javaType));
  }

  public <T> Optional<T> find(String column, Class<T> javaType) {
    return find(type.position(column), javaType);
  }

  public boolean getBoolean(int column) {
    return get(column, Boolean.class);
  }

  public boolean getBoolean(String column) {
    return getBoolean(type.position(column));
  }

  /** An {@code int4} or {@code int2}. */
  public int getInt(int column) {
    Object value = get(column);
    return value instanceof Short small ? small : as(column, value, Integer.class);
  }

  public int getInt(String column) {
    return getInt(type.position(column));
  }

  /** An {@code int8}, {@code int4}, {@code int2} or {@code oid}. */
  public long getLong(int column) {
    Object value = get(column);
    return value instanceof Integer || value instanceof Short
        ? ((Number) value).longValue()
        : as(column, value, Long.class);
  }

  public long getLong(String column) {
    return getLong(type.position(column));
  }

  /** A {@code float8} or {@code float4}. */
  public double getDouble(int column) {
    Object value = get(column);
    return value instanceof Float small ? small : as(column, value, Double.class);
  }

  public double getDouble(String column) {
    return getDouble(type.position(column));
  }

  /** A {@code numeric} that is neither NaN nor infinite. */
  public BigDecimal getBigDecimal(int column) {
    return switch (get(column, Numeric.class)) {
      case Numeric.Finite(BigDecimal value) -> value;
      case Numeric.Special special -> throw state(column, "is " + special + ": use get");
    };
  }

  public BigDecimal getBigDecimal(String column) {
    return getBigDecimal(type.position(column));
  }

  /** A value whose class is String: texts, enums, json and others. Does not print other values. */
  public String getString(int column) {
    return get(column, String.class);
  }

  public String getString(String column) {
    return getString(type.position(column));
  }

  public byte[] getBytes(int column) {
    return get(column, Bytes.class).toArray();
  }

  public byte[] getBytes(String column) {
    return getBytes(type.position(column));
  }

  public UUID getUuid(int column) {
    return get(column, UUID.class);
  }

  public UUID getUuid(String column) {
    return getUuid(type.position(column));
  }

  public LocalDate getLocalDate(int column) {
    return finite(column, LocalDate.class);
  }

  public LocalDate getLocalDate(String column) {
    return getLocalDate(type.position(column));
  }

  public LocalDateTime getLocalDateTime(int column) {
    return finite(column, LocalDateTime.class);
  }

  public LocalDateTime getLocalDateTime(String column) {
    return getLocalDateTime(type.position(column));
  }

  public Instant getInstant(int column) {
    return finite(column, Instant.class);
  }

  public Instant getInstant(String column) {
    return getInstant(type.position(column));
  }

  public LocalTime getLocalTime(int column) {
    TimeOfDay time = get(column, TimeOfDay.class);
    if (time.isEndOfDay()) {
      throw state(column, "is 24:00:00, which is no LocalTime: use get");
    }
    return time.toLocalTime();
  }

  public LocalTime getLocalTime(String column) {
    return getLocalTime(type.position(column));
  }

  /** An array of at most one dimension without NULLs. */
  public <T> List<T> getList(int column, Class<T> elementType) {
    PgArray array = get(column, PgArray.class);
    if (array.dimensions().size() > 1) {
      throw state(column, "has several dimensions: use get");
    }
    List<T> list = new ArrayList<>(array.elements().size());
    for (Optional<Object> element : array.elements()) {
      Object value = element.orElseThrow(() -> state(column, "has NULL elements: use get"));
      list.add(as(column, value, elementType));
    }
    return List.copyOf(list);
  }

  public <T> List<T> getList(String column, Class<T> elementType) {
    return getList(type.position(column), elementType);
  }

  private <T> T finite(int column, Class<T> javaType) {
    return switch (get(column, Extended.class)) {
      case Extended.Finite<?>(Object value) -> as(column, value, javaType);
      case Extended.Infinite<?> ignored -> throw state(column, "is infinite: use get");
    };
  }

  private <T> T as(int column, Object value, Class<T> javaType) {
    if (!javaType.isInstance(value)) {
      throw new IllegalArgumentException(
          "%s has type %s, which gives %s, not %s"
              .formatted(
                  type.describe(column),
                  type.type(column).name(),
                  value.getClass().getSimpleName(),
                  javaType.getSimpleName()));
    }
    return javaType.cast(value);
  }

  private IllegalStateException state(int column, String problem) {
    return new IllegalStateException(type.describe(column) + " " + problem);
  }

  /** Shows the shape only: a row's values never reach a log by accident. */
  @Override
  public String toString() {
    return row + " of " + type.relation();
  }
}
