package io.walferry.sinks.mysql;

import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import io.walferry.sinks.type.ColumnType;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeTable;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** How a column that is really there takes the values of a source's type. */
enum ValueForm {
  /** As PostgreSQL prints it. */
  TEXT,
  /** {@code t} and {@code f} as 1 and 0. */
  TRUTH,
  INTEGER,
  DECIMAL,
  FLOAT,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
  /** A timestamp with a zone, which is UTC. */
  ZONED;

  /** The bits of MySQL's whole numbers. */
  private static final Map<String, Integer> BITS =
      Map.of("tinyint", 8, "smallint", 16, "mediumint", 24, "int", 32, "bigint", 64);

  /**
   * Empty if the column would change values.
   *
   * @param type of the source
   */
  static Optional<ValueForm> of(SourceType type, ShapeColumn column) {
    if (isText(type, column)) {
      return Optional.of(TEXT);
    }
    boolean fits =
        switch (type.family()) {
          case BOOL -> BITS.containsKey(column.dataType());
          case INT2 -> takesInteger(column, 16, false);
          case INT4 -> takesInteger(column, 32, false);
          case INT8 -> takesInteger(column, 64, false);
          case OID -> takesInteger(column, 32, true);
          case FLOAT4, FLOAT8 -> column.dataType().equals("double");
          case NUMERIC -> takesDecimal(type, column);
          case BYTEA -> column.dataType().equals("varbinary") || isBlob(column);
          case DATE -> column.dataType().equals("date");
          case TIME -> takesMoment("time", type, column);
          case TIMESTAMP, TIMESTAMPTZ -> takesMoment("datetime", type, column);
          case TEXT, VARCHAR, BPCHAR, UUID, TIMETZ, INTERVAL, JSON, JSONB, OTHER -> false;
        };
    return fits ? Optional.of(nativeForm(type)) : Optional.empty();
  }

  /** Of a column that was created for the type. */
  static ValueForm created(SourceType type, LossPolicy policy) {
    ColumnType column = TypeTable.column(type, Dialect.MYSQL);
    boolean asText = column.loss().isPresent() && policy == LossPolicy.TEXT;
    return asText || column.declaration().equals("longtext") ? TEXT : nativeForm(type);
  }

  private static ValueForm nativeForm(SourceType type) {
    return switch (type.family()) {
      case BOOL -> TRUTH;
      case INT2, INT4, INT8, OID -> INTEGER;
      case FLOAT4, FLOAT8 -> FLOAT;
      case NUMERIC -> DECIMAL;
      case BYTEA -> BYTES;
      case DATE -> DATE;
      case TIME -> TIME;
      case TIMESTAMP -> TIMESTAMP;
      case TIMESTAMPTZ -> ZONED;
      case TEXT, VARCHAR, BPCHAR, UUID, TIMETZ, INTERVAL, JSON, JSONB, OTHER -> TEXT;
    };
  }

  /** A char(n) loses trailing blanks. */
  private static boolean isText(SourceType type, ShapeColumn column) {
    return switch (column.dataType()) {
      case "char" -> type.family().isShort();
      case "varchar", "tinytext", "text", "mediumtext", "longtext" -> true;
      default -> false;
    };
  }

  private static boolean isBlob(ShapeColumn column) {
    return switch (column.dataType()) {
      case "tinyblob", "blob", "mediumblob", "longblob" -> true;
      default -> false;
    };
  }

  private static boolean takesInteger(ShapeColumn column, int bits, boolean unsigned) {
    int there = BITS.getOrDefault(column.dataType(), 0);
    return column.isUnsigned() == unsigned ? there >= bits : unsigned && there > bits;
  }

  private static boolean takesDecimal(SourceType type, ShapeColumn column) {
    OptionalInt precision = type.precision();
    return column.dataType().equals("decimal")
        && !column.isUnsigned()
        && precision.isPresent()
        && type.scale().orElse(0) == column.scale()
        && precision.getAsInt() <= column.precision();
  }

  private static boolean takesMoment(String dataType, SourceType type, ShapeColumn column) {
    return column.dataType().equals(dataType) && column.fractionDigits() >= type.fractionDigits();
  }
}
