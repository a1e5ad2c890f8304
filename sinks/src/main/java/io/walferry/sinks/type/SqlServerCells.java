package io.walferry.sinks.type;

import java.util.Optional;
import java.util.OptionalInt;

/** The column of the type table that is about SQL Server. */
final class SqlServerCells {
  private static final String LONG_TEXT = "nvarchar(max)";
  private static final int DECIMAL_DIGITS_MAX = 38;

  /** Longer ones are no types of their own there. */
  private static final int NVARCHAR_MAX = 4000;

  private SqlServerCells() {}

  static TypeCell of(TypeFamily family) {
    return switch (family) {
      case BOOL -> TypeCell.exact("bit");
      case INT2 -> TypeCell.exact("smallint");
      case INT4 -> TypeCell.exact("int");
      case INT8, OID -> TypeCell.exact("bigint");
      case FLOAT4 -> TypeCell.lossy("real", Loss.NOT_NORMAL);
      case FLOAT8 -> TypeCell.lossy("float(53)", Loss.NOT_NORMAL);
      case NUMERIC -> decimal();
      case VARCHAR, BPCHAR -> nvarchar();
      case BYTEA -> TypeCell.exact("varbinary(max)");
      case UUID -> TypeCell.exact("uniqueidentifier");
      case DATE -> TypeCell.lossy("date", Loss.BEYOND_YEARS);
      case TIME -> TypeCell.lossy("time(6)", Loss.END_OF_DAY);
      case TIMESTAMP -> TypeCell.lossy("datetime2(6)", Loss.BEYOND_YEARS);
      case TIMESTAMPTZ -> TypeCell.lossy("datetimeoffset(6)", Loss.BEYOND_YEARS);
      case TEXT, TIMETZ, INTERVAL, JSON, JSONB, OTHER -> TypeCell.exact(LONG_TEXT);
    };
  }

  private static TypeCell decimal() {
    return new TypeCell(
        "decimal(p,s); nvarchar(max) without p, with p > 38, and unless 0 ≤ s ≤ p",
        Optional.of(Loss.NOT_A_NUMBER),
        type -> {
          int precision = type.precision().orElse(0);
          int scale = type.scale().orElse(0);
          boolean fits =
              precision > 0 && precision <= DECIMAL_DIGITS_MAX && scale >= 0 && scale <= precision;
          return fits
              ? ColumnType.lossy("decimal(" + precision + "," + scale + ")", Loss.NOT_A_NUMBER)
              : ColumnType.exact(LONG_TEXT);
        });
  }

  /** A character may take two of those that SQL Server counts. */
  private static TypeCell nvarchar() {
    return new TypeCell(
        "nvarchar(2n); nvarchar(max) without n, and with n > 2000",
        Optional.empty(),
        type -> {
          OptionalInt length = type.length();
          return length.isPresent() && length.getAsInt() <= NVARCHAR_MAX / 2
              ? ColumnType.exact("nvarchar(" + 2 * length.getAsInt() + ")")
              : ColumnType.exact(LONG_TEXT);
        });
  }
}
