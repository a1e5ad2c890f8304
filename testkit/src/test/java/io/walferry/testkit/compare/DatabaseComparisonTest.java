package io.walferry.testkit.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Postgres
final class DatabaseComparisonTest {
  private static final String TABLE =
      """
      create schema "My Shop";
      create table "My Shop"."Order Lines" (
        id bigint primary key, "select" text, c char(5), f float8, n numeric);
      insert into "My Shop"."Order Lines" values
        (1, 'one', 'a', 0, 1.50), (2, '', null, '-0', 'NaN'), (3, null, '', 'NaN', 3),
        (4, E'tab\\t\\\\N\\n', 'e', 1e300, 1);
      create table bag (v text);
      insert into bag values ('a'), ('a'), (null)
      """;

  @Test
  void equalContentsInAnotherOrderAreEqual(Database one, Database other) throws SQLException {
    one.execute(TABLE);
    other.execute(TABLE);
    other.execute("update \"My Shop\".\"Order Lines\" set c = c where id = 1");
    assertEquals(new ComparisonResult(2, 7, List.of()), compare(one, other));
  }

  /** Each line: a statement at the destination, the counts, and the keys that must be named. */
  private static final List<Planted> PLANTED =
      List.of(
          new Planted("delete from $T where id = 3", 1, 0, "[id=3]", "[]"),
          new Planted("insert into $T values (9)", 0, 1, "[]", "[id=9]"),
          new Planted("update $T set n = 1.5 where id = 1", 1, 1, "[id=1]", "[id=1]"),
          new Planted("update $T set f = 0 where id = 2", 1, 1, "[id=2]", "[id=2]"),
          new Planted("update $T set \"select\" = null where id = 2", 1, 1, "[id=2]", "[id=2]"),
          new Planted("update $T set \"select\" = '' where id = 3", 1, 1, "[id=3]", "[id=3]"),
          new Planted("update $T set \"select\" = '\\N' where id = 3", 1, 1, "[id=3]", "[id=3]"),
          new Planted("update $T set c = '' where id = 2", 1, 1, "[id=2]", "[id=2]"),
          new Planted("update $T set id = 7 where id = 3", 1, 1, "[id=3]", "[id=7]"),
          new Planted("insert into bag values ('a')", 0, 1, "[]", "[]"),
          new Planted("delete from bag where v is null", 1, 0, "[]", "[]"),
          new Planted("truncate bag", 3, 0, "[]", "[]"));

  private record Planted(
      String statement, long missing, long unexpected, String missingKeys, String unexpectedKeys) {}

  @Test
  void eachPlantedDifferenceIsFound(Database one, Database other) throws SQLException {
    one.execute(TABLE);
    for (Planted planted : PLANTED) {
      other.execute("drop schema if exists \"My Shop\" cascade; drop table if exists bag");
      other.execute(TABLE);
      other.execute(planted.statement.replace("$T", "\"My Shop\".\"Order Lines\""));
      List<TableDifference> differences = compare(one, other).tableDifferences();
      assertEquals(1, differences.size(), planted.statement);
      TableDifference found = differences.get(0);
      assertEquals(
          planted,
          new Planted(
              planted.statement,
              found.missing(),
              found.unexpected(),
              found.missingKeys().toString(),
              found.unexpectedKeys().toString()));
    }
  }

  @Test
  void absentTablesAndColumnsAreDifferences(Database one, Database other) throws SQLException {
    one.execute("create table a (id int primary key, v text); create table b (id int)");
    other.execute("create table a (id int primary key)");
    ComparisonResult result = compare(one, other);
    assertEquals(2, result.differences());
    assertEquals(
        List.of(
            Optional.of("\"public\".\"a\" lacks columns [v]"),
            Optional.of("the destination has no table \"public\".\"b\"")),
        result.tableDifferences().stream().map(TableDifference::obstacle).toList());
  }

  private static ComparisonResult compare(Database one, Database other) throws SQLException {
    try (Connection source = one.connect();
        Connection destination = other.connect()) {
      return DatabaseComparison.between(source, destination).compare();
    }
  }
}
