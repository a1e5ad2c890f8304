package io.walferry.sinks.mysql;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.mysql.MysqlFixture.IMPATIENT;
import static io.walferry.sinks.mysql.MysqlFixture.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.ReplicaIdentity;
import io.walferry.error.ErrorCode;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.TypedTable;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.Loss;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.sinks.type.TypeTable;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every value that PostgreSQL has comes back from MySQL and MariaDB as it printed it, loaded by
 * COPY, written again by the stream, and found by what it is.
 */
@Postgres
final class MysqlTypesTest {
  static LossPolicies everywhere(LossPolicy policy) {
    LossPolicies policies = LossPolicies.FAIL;
    for (TypeFamily family : TypeFamily.values()) {
      boolean allowed =
          TypeTable.cell(family, Dialect.MYSQL)
              .loss()
              .filter(loss -> loss.allows(policy))
              .isPresent();
      policies = allowed ? policies.with(family, policy) : policies;
    }
    return policies;
  }

  /** What is there, as PostgreSQL prints it, by its number. */
  private static Map<Integer, String> found(MysqlDatabase destination, TypedTable column) {
    Map<Integer, String> found = new TreeMap<>();
    new MysqlRowSearch(
            new MysqlConnector(MysqlSettings.parse(destination.uri()), MysqlSinkSettings.DEFAULT))
        .find(
            column.table().published(),
            List.of("id", "v"),
            "1 = 1",
            values -> found.put(Integer.valueOf(values.getFirst()), values.getLast()));
    return found;
  }

  private static Map<Integer, String> expected(TypedTable column, boolean withLost) {
    Map<Integer, String> expected = column.column().texts();
    if (!withLost) {
      expected.values().removeIf(text -> isLost(column.type(), text));
    }
    return expected;
  }

  private static boolean isLost(SourceType type, String text) {
    Optional<Loss> loss = TypeTable.column(type, Dialect.MYSQL).loss();
    return loss.isPresent()
        && switch (loss.get()) {
          case NOT_A_NUMBER -> text.equals("NaN");
          // Of other destinations.
          case NOT_NORMAL, END_OF_DAY -> false;
          case NOT_FINITE -> text.equals("NaN") || text.contains("Infinity");
          case BEYOND_YEARS ->
              text.contains("infinity") || text.endsWith("BC") || text.indexOf('-') != 4;
        };
  }

  static void loadAndWriteAgain(
      Database source, MysqlDatabase destination, LossPolicies policies, boolean withLost)
      throws SQLException {
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.DEFAULT);
    try (MysqlSink sink =
        SinkCalls.following(
            MysqlFixture.sink(destination, IMPATIENT.withPolicies(policies)),
            TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        load(sink, column.table(), source, column.column().query());
        assertEquals(expected(column, withLost), found(destination, column), column::toString);
      }
      for (TypedTable column : columns) {
        apply(sink, 0x20, column.updates());
        assertEquals(expected(column, withLost), found(destination, column), column::toString);
      }
    }
  }

  @EachMysql
  void everyValueComesBackWhereLossyTypesAreText(Database source, MysqlDatabase destination)
      throws SQLException {
    loadAndWriteAgain(source, destination, everywhere(LossPolicy.TEXT), true);
  }

  @EachMysql
  void everyOtherValueComesBackFromNativeTypes(Database source, MysqlDatabase destination)
      throws SQLException {
    loadAndWriteAgain(source, destination, everywhere(LossPolicy.NULL), false);
  }

  @EachMysql
  void everyValueIdentifiesItsRow(Database source, MysqlDatabase destination) throws SQLException {
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.FULL);
    LossPolicies policies = everywhere(LossPolicy.TEXT);
    try (MysqlSink sink =
        SinkCalls.following(
            MysqlFixture.sink(destination, IMPATIENT.withPolicies(policies)),
            TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        apply(sink, 0x30, column.pairs());
        List<String> texts = column.column().texts().values().stream().sorted().toList();
        assertEquals(texts, textsOf(destination, column), column::toString);
      }
    }
  }

  private static List<String> textsOf(MysqlDatabase destination, TypedTable column) {
    List<String> texts = new ArrayList<>();
    new MysqlRowSearch(
            new MysqlConnector(MysqlSettings.parse(destination.uri()), MysqlSinkSettings.DEFAULT))
        .find(
            column.table().published(),
            List.of("v"),
            "1 = 1",
            values -> texts.add(values.getFirst()));
    return texts.stream().sorted().toList();
  }

  @EachMysql
  void aValueThatDoesNotFitStopsTheFeed(MysqlDatabase destination) throws SQLException {
    SourceTable shop = table("shop").key("id", INT4).column("at", 1184).build();
    try (MysqlSink sink = MysqlFixture.following(destination, shop)) {
      String message =
          refused(
              ErrorCode.DESTINATION_VALUE, () -> apply(sink, 0x20, shop.insert("1", "infinity")));
      assertEquals(
          "column at of table public.shop: a value of type timestamptz does not fit the column;"
              + " such are infinity, -infinity, years before 0001 and after 9999. 'lossy' of the"
              + " sink takes clamp, toNull, text for this type",
          message);
    }
    assertEquals(List.of(), rows(destination, "SELECT * FROM shop"));
  }

  @EachMysql
  void aValueIsClamped(MysqlDatabase destination) throws SQLException {
    SourceTable shop =
        table("shop")
            .key("id", INT4)
            .column("d", 1082)
            .column("t", 1114)
            .column("z", 1184)
            .column("f", 701)
            .build();
    try (MysqlSink sink =
        SinkCalls.following(
            MysqlFixture.sink(destination, IMPATIENT.withPolicies(everywhere(LossPolicy.CLAMP))),
            shop)) {
      apply(
          sink,
          0x20,
          shop.insert("1", "infinity", "infinity", "infinity", "Infinity"),
          shop.insert("2", "-infinity", "-infinity", "-infinity", "-Infinity"),
          shop.insert(
              "3",
              "0044-03-15 BC",
              "294276-12-31 23:59:59.999999",
              "294276-12-31 23:59:59.999999+00",
              "1"));
      String message =
          refused(
              ErrorCode.DESTINATION_VALUE,
              () ->
                  apply(
                      sink,
                      0x30,
                      shop.insert("4", "2024-02-29", SourceTable.NULL, SourceTable.NULL, "NaN")));
      assertTrue(message.contains("column f"), message);
    }
    String last = "9999-12-31 23:59:59.999999";
    String first = "0001-01-01 00:00:00.000000";
    assertEquals(
        List.of(
            "1|9999-12-31|" + last + "|" + last + "|1.7976931348623157e308",
            "2|0001-01-01|" + first + "|" + first + "|-1.7976931348623157e308",
            "3|0001-01-01|" + last + "|" + last + "|1"),
        rows(
            destination,
            "SELECT id, d, cast(t AS char), cast(z AS char), cast(f AS char) FROM shop"));
  }

  @EachMysql
  void aTableOfOnesOwnMayHaveTexts(MysqlDatabase destination) throws SQLException {
    MysqlFixture.run(
        destination,
        "CREATE TABLE shop (id int PRIMARY KEY, b longtext, n varchar(40), d text, by_ longtext)");
    SourceTable shop =
        table("shop")
            .key("id", INT4)
            .column("b", 16)
            .column("n", 1700, ((10 << 16) | 2) + 4)
            .column("d", 1082)
            .column("by_", 17)
            .build();
    try (MysqlSink sink = MysqlFixture.following(destination, shop)) {
      apply(sink, 0x20, shop.insert("1", "t", "NaN", "infinity", "\\x00ff"));
      apply(
          sink,
          0x30,
          shop.delete(
              key("1", SourceTable.NULL, SourceTable.NULL, SourceTable.NULL, SourceTable.NULL)));
      apply(sink, 0x40, shop.insert("2", "f", "1.50", "0044-03-15 BC", "\\x"));
    }
    assertEquals(List.of("2|f|1.50|0044-03-15 BC|\\x"), rows(destination, "SELECT * FROM shop"));
  }
}
