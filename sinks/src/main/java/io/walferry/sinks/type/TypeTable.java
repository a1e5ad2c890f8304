package io.walferry.sinks.type;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The type table: a row for each {@link TypeFamily}, a column for each {@link Dialect}. Equal means
 * equal text output, so a cell names the native type that gives every value back as PostgreSQL
 * prints it, says what does not fit, or is text. {@code docs/types.md} is generated from it.
 */
public final class TypeTable {
  private static final String LONG_TEXT = "longtext";

  /** MySQL's limits of a decimal. */
  private static final int DECIMAL_DIGITS_MAX = 65;

  private static final int DECIMAL_SCALE_MAX = 30;

  /** Longer ones would soon fill a row of MySQL, which has 65,535 bytes. */
  private static final int VARCHAR_MAX = 255;

  private static final Map<TypeFamily, Row> ROWS = rows();

  private TypeTable() {}

  private record Row(TypeCell sqlite, TypeCell mysql) {}

  /** The cell of a row and a column. */
  public static TypeCell cell(TypeFamily family, Dialect dialect) {
    Row row = ROWS.getOrDefault(family, row("TEXT", TypeCell.exact(LONG_TEXT)));
    return switch (dialect) {
      case POSTGRES -> TypeCell.exact("the same type");
      case SQLITE -> row.sqlite;
      case MYSQL -> row.mysql;
      case SQLSERVER -> SqlServerCells.of(family);
    };
  }

  /** The type of a column that is created for values of a type. */
  public static ColumnType column(SourceType type, Dialect dialect) {
    return cell(type.family(), dialect).column().apply(type);
  }

  private static Map<TypeFamily, Row> rows() {
    Map<TypeFamily, Row> rows = new EnumMap<>(TypeFamily.class);
    for (TypeFamily family : TypeFamily.values()) {
      rows.put(family, rowOf(family));
    }
    return rows;
  }

  private static Row rowOf(TypeFamily family) {
    return switch (family) {
      case BOOL -> row("BOOLEAN", TypeCell.exact("tinyint(1)"));
      case INT2 -> row("INTEGER", TypeCell.exact("smallint"));
      case INT4 -> row("INTEGER", TypeCell.exact("int"));
      case INT8 -> row("INTEGER", TypeCell.exact("bigint"));
      case OID -> row("INTEGER", TypeCell.exact("int unsigned"));
      case FLOAT4, FLOAT8 -> row("", TypeCell.lossy("double", Loss.NOT_FINITE));
      case NUMERIC -> row("TEXT", decimal());
      case TEXT -> row("TEXT", TypeCell.exact(LONG_TEXT));
      case VARCHAR, BPCHAR -> row("TEXT", varchar());
      case BYTEA -> row("BLOB", TypeCell.exact("longblob"));
      case UUID -> row("TEXT", TypeCell.exact("char(36)"));
      case DATE -> row("TEXT", TypeCell.lossy("date", Loss.BEYOND_YEARS));
      case TIME -> row("TEXT", TypeCell.exact("time(6)"));
      case TIMESTAMP, TIMESTAMPTZ -> row("TEXT", TypeCell.lossy("datetime(6)", Loss.BEYOND_YEARS));
      case TIMETZ, INTERVAL, JSON, JSONB, OTHER -> row("TEXT", TypeCell.exact(LONG_TEXT));
    };
  }

  private static Row row(String sqlite, TypeCell mysql) {
    return new Row(TypeCell.exact(sqlite), mysql);
  }

  private static TypeCell decimal() {
    return new TypeCell(
        "decimal(p,s); longtext without p, with p > 65, and unless 0 ≤ s ≤ 30 and s ≤ p",
        Optional.of(Loss.NOT_A_NUMBER),
        type -> {
          int precision = type.precision().orElse(0);
          int scale = type.scale().orElse(0);
          boolean fits =
              precision > 0
                  && precision <= DECIMAL_DIGITS_MAX
                  && scale >= 0
                  && scale <= Math.min(DECIMAL_SCALE_MAX, precision);
          return fits
              ? ColumnType.lossy("decimal(" + precision + "," + scale + ")", Loss.NOT_A_NUMBER)
              : ColumnType.exact(LONG_TEXT);
        });
  }

  private static TypeCell varchar() {
    return new TypeCell(
        "varchar(n); longtext without n, and with n > 255",
        Optional.empty(),
        type -> {
          OptionalInt length = type.length();
          return length.isPresent() && length.getAsInt() <= VARCHAR_MAX
              ? ColumnType.exact("varchar(" + length.getAsInt() + ")")
              : ColumnType.exact(LONG_TEXT);
        });
  }
}
