package io.walferry.sinks.sqlserver;

import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.type.SourceType;
import java.sql.Types;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a column that is really there takes the values of a source's type, and how they travel there.
 * Dates, times, decimals and UUIDs travel as text of a form that depends on no setting, and the
 * statement that applies them makes them what they are: the driver would take old dates through a
 * calendar of its own.
 */
enum ValueForm {
  /** As PostgreSQL prints it. */
  TEXT(Types.NVARCHAR, ""),
  /** {@code t} and {@code f} as 1 and 0. */
  TRUTH(Types.BIT, "bit"),
  INTEGER(Types.BIGINT, "bigint"),
  DECIMAL(Types.NVARCHAR, ValueForm.PRINTED),
  FLOAT(Types.DOUBLE, "float(53)"),
  REAL(Types.REAL, "real"),
  BYTES(Types.VARBINARY, ""),
  UUID(Types.NVARCHAR, ValueForm.PRINTED),
  DATE(Types.NVARCHAR, ValueForm.PRINTED),
  TIME(Types.NVARCHAR, ValueForm.PRINTED),
  TIMESTAMP(Types.NVARCHAR, ValueForm.PRINTED),
  /** A timestamp with a zone, which is UTC. */
  ZONED(Types.NVARCHAR, ValueForm.PRINTED);

  /** More than the longest of them. */
  private static final String PRINTED = "nvarchar(64) COLLATE Latin1_General_100_BIN2";

  /** The bits of whole numbers; a tinyint has no sign. */
  private static final Map<String, Integer> BITS =
      Map.of("bit", 1, "tinyint", 7, "smallint", 16, "int", 32, "bigint", 64);

  private static final int DOUBLE_BITS = 53;

  private final int jdbcType;
  private final String transport;

  ValueForm(int jdbcType, String transport) {
    this.jdbcType = jdbcType;
    this.transport = transport;
  }

  /** Of a parameter, and of a column of a bulk copy. */
  int jdbcType() {
    return jdbcType;
  }

  /** The type of a column that takes values on their way to that one. */
  String stageType(ShapeColumn column) {
    return switch (this) {
      case TEXT -> stageText(column) + " COLLATE " + column.collation();
      case BYTES -> column.declaredType();
      default -> transport;
    };
  }

  private static String stageText(ShapeColumn column) {
    return column.isWide() ? column.declaredType() : "nvarchar(max)";
  }

  /** How long a staged value may be, as the driver wants to know it. */
  int stageLength(ShapeColumn column) {
    int bounded = this == BYTES || column.isWide() ? column.lengthMax() : -1;
    return switch (this) {
      case TEXT -> bounded < 0 ? Integer.MAX_VALUE / 2 : bounded;
      case BYTES -> bounded < 0 ? Integer.MAX_VALUE : bounded;
      default -> 64;
    };
  }

  /** What has come as the column's own type. Texts and bytes, which a cast might cut, stay. */
  String cast(String expression, ShapeColumn column) {
    return this == TEXT || this == BYTES
        ? expression
        : "CAST(" + expression + " AS " + column.declaredType() + ")";
  }

  /**
   * Empty if the column would change values.
   *
   * @param type of the source
   */
  static Optional<ValueForm> of(SourceType type, ShapeColumn column) {
    if (isText(column)) {
      return Optional.of(TEXT);
    }
    boolean fits =
        switch (type.family()) {
          case BOOL -> takesInteger(column, 1);
          case INT2 -> takesInteger(column, 16);
          case INT4 -> takesInteger(column, 32);
          // An oid has no sign.
          case INT8, OID -> takesInteger(column, 64);
          case FLOAT4 -> column.dataType().equals("real") || isDouble(column);
          case FLOAT8 -> isDouble(column);
          case NUMERIC -> takesDecimal(type, column);
          case BYTEA -> column.dataType().equals("varbinary");
          case UUID -> column.dataType().equals("uniqueidentifier");
          case DATE -> column.dataType().equals("date");
          case TIME -> takesMoment("time", type, column);
          case TIMESTAMP -> takesMoment("datetime2", type, column);
          case TIMESTAMPTZ -> takesMoment("datetimeoffset", type, column);
          case TEXT, VARCHAR, BPCHAR, TIMETZ, INTERVAL, JSON, JSONB, OTHER -> false;
        };
    return fits ? Optional.of(nativeForm(type, column)) : Optional.empty();
  }

  private static ValueForm nativeForm(SourceType type, ShapeColumn column) {
    return switch (type.family()) {
      case BOOL -> TRUTH;
      case INT2, INT4, INT8, OID -> INTEGER;
      case FLOAT4, FLOAT8 -> isDouble(column) ? FLOAT : REAL;
      case NUMERIC -> DECIMAL;
      case BYTEA -> BYTES;
      case UUID -> UUID;
      case DATE -> DATE;
      case TIME -> TIME;
      case TIMESTAMP -> TIMESTAMP;
      case TIMESTAMPTZ -> ZONED;
      case TEXT, VARCHAR, BPCHAR, TIMETZ, INTERVAL, JSON, JSONB, OTHER -> TEXT;
    };
  }

  /**
   * Types of one length fill up with blanks; a varchar has the characters of its code page only,
   * unless that is UTF-8.
   */
  private static boolean isText(ShapeColumn column) {
    return switch (column.dataType()) {
      case "nvarchar" -> true;
      case "varchar" -> column.collation().endsWith("_UTF8");
      default -> false;
    };
  }

  private static boolean isDouble(ShapeColumn column) {
    return column.dataType().equals("float") && column.precision() == DOUBLE_BITS;
  }

  private static boolean takesInteger(ShapeColumn column, int bits) {
    return BITS.getOrDefault(column.dataType(), 0) >= bits;
  }

  private static boolean takesDecimal(SourceType type, ShapeColumn column) {
    boolean decimal = column.dataType().equals("decimal") || column.dataType().equals("numeric");
    OptionalInt precision = type.precision();
    return decimal
        && precision.isPresent()
        && type.scale().orElse(0) == column.scale()
        && precision.getAsInt() <= column.precision();
  }

  private static boolean takesMoment(String dataType, SourceType type, ShapeColumn column) {
    return column.dataType().equals(dataType) && column.scale() >= type.fractionDigits();
  }
}
