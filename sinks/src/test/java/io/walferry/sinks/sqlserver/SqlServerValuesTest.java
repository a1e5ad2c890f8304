package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.Refusal.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeFamily;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How values travel, and what becomes of those that have no place there. */
final class SqlServerValuesTest {
  private static ShapeColumn column(String dataType, int bytes) {
    boolean text = dataType.endsWith("char");
    int precision = dataType.equals("float") ? 53 : 10;
    int scale = dataType.equals("decimal") ? 2 : 6;
    String collation = text ? ColumnDefinitions.COLLATION : "";
    return new ShapeColumn(
        "v", dataType, bytes, precision, scale, collation, true, false, false, false);
  }

  private static SourceType type(TypeFamily family) {
    return family == TypeFamily.NUMERIC
        ? new SourceType(family, ((10 << 16) | 2) + 4)
        : SourceType.of(family);
  }

  private static Optional<Object> written(
      TypeFamily family, ShapeColumn column, LossPolicy policy, String text) {
    ValueForm form = ValueForm.of(type(family), column).orElseThrow();
    return new ValueWriter(column, form, type(family), policy, "column v")
        .value(SourceTable.row(text), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, bit, t, true",
    "BOOL, int, f, false",
    "INT8, bigint, -9223372036854775808, -9223372036854775808",
    "OID, bigint, 4294967295, 4294967295",
    "FLOAT8, float, -0, -0.0",
    "FLOAT8, float, 1.7976931348623157e+308, 1.7976931348623157E308",
    "FLOAT4, real, 0.1, 0.1",
    "FLOAT4, float, 0.1, 0.1",
    "NUMERIC, decimal, -0.05, -0.05",
    "UUID, uniqueidentifier, a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,"
        + " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "DATE, date, 0001-01-01, 0001-01-01",
    "TIME, time, 23:59:59.999999, 23:59:59.999999",
    "TIMESTAMP, datetime2, 1582-10-10 00:00:00.1, 1582-10-10T00:00:00.1",
    "TIMESTAMPTZ, datetimeoffset, 9999-12-31 23:59:59+00, 9999-12-31T23:59:59+00:00",
    "JSON, nvarchar, '{\"a\": 1}', '{\"a\": 1}'"
  })
  void whatFitsTravels(TypeFamily family, String dataType, String text, String travels) {
    assertEquals(
        travels,
        written(family, column(dataType, -1), LossPolicy.FAIL, text).orElseThrow().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT8, float, Infinity, 1.7976931348623157E308",
    "FLOAT8, float, -Infinity, -1.7976931348623157E308",
    "FLOAT8, float, 5e-324, 0.0",
    "FLOAT8, float, -2.2250738585072e-308, -2.2250738585072014E-308",
    "FLOAT4, real, Infinity, 3.4028235E38",
    "FLOAT4, real, 1e-45, 0.0",
    "TIME, time, 24:00:00, 23:59:59.999999",
    "DATE, date, 0044-03-15 BC, 0001-01-01",
    "DATE, date, 5874897-12-31, 9999-12-31",
    "TIMESTAMP, datetime2, infinity, 9999-12-31T23:59:59.999999",
    "TIMESTAMPTZ, datetimeoffset, -infinity, 0001-01-01T00:00:00+00:00"
  })
  void whatDoesNotFitIsDecided(TypeFamily family, String dataType, String text, String nearest) {
    ShapeColumn column = column(dataType, -1);
    assertEquals(nearest, written(family, column, LossPolicy.CLAMP, text).orElseThrow().toString());
    assertEquals(Optional.empty(), written(family, column, LossPolicy.NULL, text));
    String message =
        refused(ErrorCode.DESTINATION_VALUE, () -> written(family, column, LossPolicy.FAIL, text));
    assertTrue(message.contains("'lossy' of the sink takes clamp, toNull, text"), message);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT8, float", "FLOAT4, real", "NUMERIC, decimal"})
  void notANumberHasNoNeighbour(TypeFamily family, String dataType) {
    ShapeColumn column = column(dataType, -1);
    assertEquals(Optional.empty(), written(family, column, LossPolicy.NULL, "NaN"));
    refused(ErrorCode.DESTINATION_VALUE, () -> written(family, column, LossPolicy.CLAMP, "NaN"));
  }

  @Test
  void bytesAndEmptyTextsAreValues() {
    ShapeColumn bytes = column("varbinary", -1);
    assertArrayEquals(
        new byte[] {0, -1},
        (byte[]) written(TypeFamily.BYTEA, bytes, LossPolicy.FAIL, "\\x00ff").orElseThrow());
    assertArrayEquals(
        new byte[0],
        (byte[]) written(TypeFamily.BYTEA, bytes, LossPolicy.FAIL, "\\x").orElseThrow());
    assertEquals(
        Optional.of(""), written(TypeFamily.TEXT, column("nvarchar", -1), LossPolicy.FAIL, ""));
    assertEquals(
        Optional.empty(),
        written(TypeFamily.TEXT, column("nvarchar", -1), LossPolicy.FAIL, SourceTable.NULL));
  }

  @Test
  void aValueThatIsLongerThanItsColumnIsRefusedHere() {
    ShapeColumn two = column("nvarchar", 4);
    assertEquals(Optional.of("😀"), written(TypeFamily.TEXT, two, LossPolicy.FAIL, "😀"));
    String message =
        refused(
            ErrorCode.DESTINATION_ROW_REFUSED,
            () -> written(TypeFamily.TEXT, two, LossPolicy.FAIL, "a😀"));
    assertEquals(
        "column v: expected at most 2, as its type nvarchar(2) says, got a value of length 3",
        message);
    refused(
        ErrorCode.DESTINATION_ROW_REFUSED,
        () -> written(TypeFamily.BYTEA, column("varbinary", 1), LossPolicy.FAIL, "\\x0001"));
  }

  @ParameterizedTest
  @CsvSource({
    "TEXT, varchar",
    "TEXT, nchar",
    "INT8, int",
    "INT2, tinyint",
    "FLOAT8, real",
    "BYTEA, binary",
    "TIMESTAMP, datetime",
    "TIMESTAMPTZ, datetime2",
    "UUID, xml"
  })
  void aColumnThatWouldChangeValuesIsNotTaken(TypeFamily family, String dataType) {
    assertEquals(Optional.empty(), ValueForm.of(type(family), column(dataType, 8)));
  }
}
