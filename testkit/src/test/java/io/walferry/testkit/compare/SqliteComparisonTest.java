package io.walferry.testkit.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

@Postgres
final class SqliteComparisonTest {

  /** A value of PostgreSQL, one of SQLite, and whether they are the same. */
  private record Case(String type, String postgres, String sqlite, boolean equal) {}

  private static final List<Case> CASES =
      List.of(
          new Case("int8", "9223372036854775807", "9223372036854775807", true),
          new Case("int8", "-9223372036854775808", "-9223372036854775808", true),
          new Case("int4", "0", "null", false),
          new Case("int4", "5", "'5'", true),
          new Case("bool", "true", "1", true),
          new Case("bool", "false", "0", true),
          new Case("bool", "false", "1", false),
          new Case("bool", "null", "0", false),
          new Case("float8", "'NaN'", "'NaN'", true),
          new Case("float8", "'-Infinity'", "'-Infinity'", true),
          new Case("float8", "0.1", "0.1", true),
          new Case("float8", "0.1", "'0.1'", true),
          new Case("float8", "5", "5", true),
          new Case("float8", "1e300", "1e300", true),
          new Case("float8", "'-0'", "'-0'", true),
          new Case("float8", "'-0'", "0.0", false),
          new Case("float8", "0", "'-0'", false),
          new Case("float8", "1", "'one'", false),
          new Case("float4", "0.1", "0.1", true),
          new Case("float4", "0.1", "0.10000000149011612", true),
          new Case("float4", "0.1", "0.11", false),
          new Case("numeric", "1.50", "'1.50'", true),
          new Case("numeric", "1.50", "1.5", false),
          new Case("numeric", "1e40", "'1" + "0".repeat(40) + "'", true),
          new Case("bytea", "'\\x00ff'", "x'00ff'", true),
          new Case("bytea", "''", "x''", true),
          new Case("bytea", "''", "null", false),
          new Case("text", "''", "''", true),
          new Case("text", "''", "null", false),
          new Case("text", "null", "null", true),
          new Case("text", "'é𝄞'", "'é𝄞'", true),
          new Case("char(3)", "'a'", "'a  '", true),
          new Case("char(3)", "'a'", "'a'", false),
          new Case("timestamptz", "'2020-01-01 12:00+02'", "'2020-01-01 10:00:00+00'", true),
          new Case("interval", "'1 day 2 hours'", "'1 day 02:00:00'", true),
          new Case("int4[]", "'{1,NULL}'", "'{1,NULL}'", true));

  @Test
  void valuesAreEqualAcrossEnginesOnlyWhenTheyShouldBe(Database database) throws SQLException {
    try (Connection postgres = database.connect();
        Connection sqlite = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      for (int i = 0; i < CASES.size(); i++) {
        Case line = CASES.get(i);
        var name = new TableName("public", "t_" + i);
        execute(postgres, "create table %s (id int primary key, v %s)", name.name(), line.type);
        execute(postgres, "insert into %s values (1, %s)", name.name(), line.postgres);
        execute(sqlite, "create table %s (id integer primary key, v)", name.name());
        execute(sqlite, "insert into %s values (1, %s)", name.name(), line.sqlite);
        ComparisonResult result =
            DatabaseComparison.between(postgres, sqlite).tables(List.of(name)).compare();
        assertEquals(line.equal ? 0 : 2, result.differences(), line.toString());
      }
    }
  }

  @Test
  void tablesAreMappedToOtherNames(Database database) throws SQLException {
    try (Connection postgres = database.connect();
        Connection sqlite = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      execute(postgres, "create table plain as select 1 as id");
      execute(sqlite, "create table copy_of_plain as select 1 as id, 2 as more");
      ComparisonResult result =
          DatabaseComparison.between(postgres, sqlite)
              .mapping(table -> new TableName("main", "copy_of_" + table.name()))
              .compare();
      assertEquals(new ComparisonResult(1, 1, List.of()), result);
    }
  }

  private static void execute(Connection connection, String format, Object... words)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(String.format(format, words));
    }
  }
}
