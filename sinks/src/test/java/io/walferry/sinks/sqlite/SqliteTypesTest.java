package io.walferry.sinks.sqlite;

import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlite.SqliteFixture.following;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.sinks.Refusal;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.TypedTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PostgreSQL's text output comes back exactly from what SQLite keeps. */
@Postgres
final class SqliteTypesTest {
  @TempDir private Path directory;

  /** Type name, oid, storage class of ordinary values, and values as PostgreSQL prints them. */
  record TypeCase(String name, int oid, String storage, List<String> values) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static TypeCase type(String name, int oid, String storage, String... values) {
    return new TypeCase(name, oid, storage, List.of(values));
  }

  static List<TypeCase> types() {
    return List.of(
        type("bool", 16, "integer", "t", "f"),
        type("int2", 21, "integer", "0", "-32768", "32767"),
        type("int4", 23, "integer", "0", "-2147483648", "2147483647"),
        type("int8", 20, "integer", "-9223372036854775808", "9223372036854775807", "-1"),
        type("oid", 26, "integer", "0", "2147483648", "4294967295"),
        type(
            "float4",
            700,
            "real",
            "0",
            "0.1",
            "-1.5",
            "1e-45",
            "3.4028235e+38",
            "1e+06",
            "999999",
            "1.1754944e-38",
            "1.6777216e+07"),
        type(
            "float8",
            701,
            "real",
            "0",
            "0.1",
            "0.30000000000000004",
            "5e-324",
            "1e+15",
            "100000000000000",
            "2.2250738585072014e-308",
            "1.7976931348623157e+308",
            "1e-05",
            "0.0001",
            "-123456.789",
            "9.007199254740992e+15",
            "9007199254740.5"),
        type("special floats", 701, "text", "NaN", "Infinity", "-Infinity", "-0"),
        type("special float4", 700, "text", "NaN", "Infinity", "-Infinity", "-0"),
        type(
            "numeric",
            1700,
            "text",
            "0",
            "0.0",
            "1.50",
            "-0.000",
            "NaN",
            "Infinity",
            "9223372036854775808",
            "123456789012345678901234567890.123456789",
            "1e5"),
        type(
            "text",
            25,
            "text",
            "",
            " ",
            "007",
            "1.50",
            "1e5",
            "-0",
            "NULL",
            "it's",
            "\"q\"",
            "\\x41",
            "ünïcödé 😀",
            "a\nb\tc\r",
            "�",
            "0x10",
            "Infinity"),
        type("varchar", 1043, "text", "", "12", "ß"),
        type("char(n)", 1042, "text", "a    ", "     ", "12   "),
        type("bytea", 17, "blob", "\\x", "\\x00", "\\xdeadbeef", "\\x27220a00ff"),
        type("uuid", 2950, "text", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        type("date", 1082, "text", "2024-02-29", "0044-03-15 BC", "infinity", "-infinity"),
        type("time", 1083, "text", "00:00:00", "24:00:00", "23:59:59.999999"),
        type("timestamptz", 1184, "text", "2024-02-29 12:00:00.000001+05:30", "-infinity"),
        type("interval", 1186, "text", "1 year 2 mons -3 days +04:05:06.7", "00:00:00"),
        type("json", 114, "text", "{\"a\" :  1.0,\n\"a\":2}", "null", "1.50"),
        type("jsonb", 3802, "text", "{\"a\": 1.0}", "12345678901234567890"),
        type("int4[]", 1007, "text", "{1,2,NULL}", "{}", "[0:1]={1,2}"),
        type("tstzrange", 3910, "text", "empty", "[\"2024-01-01 00:00:00+00\",)"),
        type("inet", 869, "text", "10.0.0.1", "::1/128"),
        type("enum", 100_001, "text", "happy", "12"),
        type("money", 790, "text", "$1.50", "-$92,233,720,368,547,758.08"),
        type("bit", 1560, "text", "0101"),
        type("xid8", 5069, "text", "18446744073709551615"));
  }

  @ParameterizedTest
  @MethodSource("types")
  void textOutputIsRecovered(TypeCase type) throws SQLException {
    Path file = directory.resolve("types.db");
    SourceTable table = table("t").key("id", 23).column("v", type.oid()).build();
    List<String> expected = new ArrayList<>(type.values());
    expected.add("<NULL>");
    try (SqliteSink sink = following(file, table)) {
      for (int i = 0; i < expected.size(); i++) {
        String value = i == type.values().size() ? SourceTable.NULL : expected.get(i);
        apply(sink, 0x20 + i, table.insert(String.valueOf(i), value));
        // A second time, through the path of updates.
        apply(sink, 0x20 + i, table.update(String.valueOf(i), value));
      }
    }
    List<String> recovered = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT v, typeof(v) FROM t ORDER BY id")) {
      while (row.next()) {
        boolean isNull = row.getObject(1) == null;
        recovered.add(isNull ? "<NULL>" : PostgresText.recover(type.oid(), row.getObject(1)));
        assertEquals(isNull ? "null" : type.storage(), row.getString(2));
      }
    }
    assertEquals(expected, recovered);
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyValueIdentifiesItsRow(TypeCase type) throws SQLException {
    Path file = directory.resolve("types.db");
    SourceTable table = table("t").column("v", type.oid()).identity(ReplicaIdentity.FULL).build();
    try (SqliteSink sink = following(file, table)) {
      for (String value : type.values()) {
        apply(sink, 0x20, table.insert(value), table.insert(value));
      }
      for (String value : type.values()) {
        apply(sink, 0x30, table.delete(SourceTable.full(value)));
      }
    }
    assertEquals(
        List.of(String.valueOf(type.values().size())),
        SqliteFixture.rows(file, "SELECT count(*) FROM t"));
  }

  /** Of a real server, loaded by COPY and written again by the stream. */
  @Test
  void everyValueOfEveryTypeComesBack(Database source) throws SQLException {
    Path file = directory.resolve("matrix.db");
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.DEFAULT);
    try (SqliteSink sink = following(file, TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        load(sink, column.table(), source, column.column().query());
        assertEquals(expected(column), found(file, column), column::toString);
        apply(sink, 0x20, column.updates());
        assertEquals(expected(column), found(file, column), column::toString);
      }
    }
  }

  @Test
  void everyValueOfEveryTypeIdentifiesItsRow(Database source) throws SQLException {
    Path file = directory.resolve("matrix.db");
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.FULL);
    try (SqliteSink sink = following(file, TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        apply(sink, 0x30, column.pairs());
        assertEquals(
            column.column().texts().values().stream().sorted().toList(),
            found(file, column).stream()
                .map(row -> row.substring(row.indexOf(' ') + 1))
                .sorted()
                .toList(),
            column::toString);
      }
    }
  }

  private static List<String> expected(TypedTable column) {
    List<String> rows = new ArrayList<>(List.of("-1 <NULL>"));
    column.column().texts().forEach((id, text) -> rows.add(id + " " + text));
    return rows;
  }

  private static List<String> found(Path file, TypedTable column) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT id, v FROM " + column.column().table() + " ORDER BY id")) {
      while (row.next()) {
        Object kept = row.getObject(2);
        int oid = column.column().typeOid();
        String text = kept == null ? "<NULL>" : PostgresText.recover(oid, kept);
        rows.add(row.getInt(1) + " " + text);
      }
    }
    return rows;
  }

  @Test
  void zeroIsNotNegativeZero() throws SQLException {
    Path file = directory.resolve("zero.db");
    SourceTable table = table("t").column("v", 701).identity(ReplicaIdentity.FULL).build();
    try (SqliteSink sink = following(file, table)) {
      apply(sink, 0x20, table.insert("0"), table.insert("-0"));
      apply(sink, 0x30, table.delete(SourceTable.full("-0")));
    }
    assertEquals(List.of("0.0"), SqliteFixture.rows(file, "SELECT v FROM t"));
  }

  @ParameterizedTest
  @CsvSource({
    "16, yes, t or f",
    "23, 1.5, a whole number",
    "20, 9223372036854775808, a whole number",
    "701, abc, a floating-point number",
    "17, abc, bytea_output = hex",
    "17, \\xzz, hexadecimal digits",
    "17, \\xabc, hexadecimal digits"
  })
  void aTextThatTheTypeCannotHaveIsRefused(int oid, String text, String expected) {
    SourceTable table = table("t").key("id", 23).column("v", oid).build();
    try (SqliteSink sink = following(directory.resolve("t.db"), table)) {
      String message =
          Refusal.refused(
              ErrorCode.PROTOCOL_VIOLATION, () -> apply(sink, 0x20, table.insert("1", text)));
      assertEquals(
          "Column v of table public.t: expected " + expected,
          message.substring(0, message.indexOf(", got")));
    }
  }

  @Test
  void aBinaryValueIsRefused() {
    SourceTable table = table("t").key("id", 25).build();
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
    Row row = new Row.Builder(bytes, 1).binary(0, 3).build();
    try (SqliteSink sink = following(directory.resolve("t.db"), table)) {
      String message =
          Refusal.refused(
              ErrorCode.PROTOCOL_VIOLATION,
              () -> apply(sink, 0x20, new Change.Insert(table.relation(), row)));
      assertTrue(message.contains("Column id of table public.t"), message);
    }
  }

  @Test
  void aTableMayHaveSixteenHundredColumns() throws SQLException {
    SourceTable.Builder builder = table("wide").identity(ReplicaIdentity.FULL);
    String[] values = new String[1600];
    for (int i = 0; i < values.length; i++) {
      builder.column("c" + i, 25);
      values[i] = "v" + i;
    }
    SourceTable wide = builder.build();
    Path file = directory.resolve("wide.db");
    try (SqliteSink sink = following(file, wide)) {
      apply(sink, 0x20, wide.insert(values), wide.insert(values));
      apply(sink, 0x30, wide.update(SourceTable.full(values), values));
      apply(sink, 0x40, wide.delete(SourceTable.full(values)));
    }
    assertEquals(List.of("v1599"), SqliteFixture.rows(file, "SELECT c1599 FROM wide"));
  }

  @Test
  void aChangedTypeThatTheColumnWouldSpoilIsRefused() {
    SourceTable table = table("t").key("id", 23).column("v", 23).build();
    Relation widened =
        new Relation(
            table.relation().oid(),
            new TableId("public", "t"),
            ReplicaIdentity.DEFAULT,
            List.of(new Column("id", 23, -1, true), new Column("v", 25, -1, false)));
    try (SqliteSink sink = following(directory.resolve("t.db"), table)) {
      String message =
          Refusal.refused(
              ErrorCode.DESTINATION_SHAPE,
              () -> apply(sink, 0x20, new Change.Insert(widened, SourceTable.row("1", "007"))));
      assertTrue(message.contains("expected type TEXT, got type INTEGER"), message);
    }
  }
}
