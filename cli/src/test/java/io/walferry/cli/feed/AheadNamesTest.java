package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.ddl.DdlInstallation;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tables that were read under names which they come to later in the stream, and that are gone, or
 * called otherwise again, before it has come to that.
 */
@Postgres(18)
final class AheadNamesTest {
  /** The first table is read when it is met, under the name that it gets back at the end. */
  private static final List<String> WAITING =
      List.of(
          "CREATE TABLE a (id int PRIMARY KEY, other text); INSERT INTO a VALUES (1)",
          "ALTER TABLE a RENAME TO b",
          "ALTER TABLE t RENAME TO a; INSERT INTO a VALUES (7)",
          "ALTER TABLE a RENAME TO swapped; ALTER TABLE u RENAME TO a; ALTER TABLE swapped RENAME"
              + " TO u; INSERT INTO u VALUES (8)",
          "ALTER TABLE a RENAME TO z; INSERT INTO z VALUES (9)",
          "ALTER TABLE b RENAME TO a; INSERT INTO a VALUES (3)");

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void aRowOfATableWhoseNameOneThatIsGoneHasHereBringsIt(Kind kind, Database source)
      throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      followRow(source, destination);
    }
  }

  @EachMysql
  void aRowOfATableWhoseNameOneThatIsGoneHasInMysqlBringsIt(Database source, MysqlDatabase database)
      throws Exception {
    followRow(source, new MysqlCopy(database));
  }

  private static void followRow(Database source, Destination destination) throws Exception {
    begin(source, destination);
    for (String step :
        List.of(
            // Without a key its rows come before what tells of the table.
            "CREATE TABLE a AS SELECT 1 AS id; ALTER TABLE a ADD PRIMARY KEY (id)",
            "DROP TABLE t",
            "ALTER TABLE a RENAME TO t; INSERT INTO t VALUES (2)",
            "CREATE TABLE a (id int PRIMARY KEY, other text)")) {
      transact(source, step);
    }
    // It has read the second one, to which the stream comes later.
    HaltedFeed.run(source, destination, HaltingSink.Step.PLANNED, 0);
    transact(source, "DROP TABLE a");
    transact(source, "ALTER TABLE t RENAME TO a; INSERT INTO a VALUES (3)");
    FeedSetup.catchUp(source, destination);
    assertSame(source, destination, List.of("a", "u"), List.of("t"));
  }

  /** The one whose name it waits for has waited itself, and gets another one. */
  @ParameterizedTest
  @EnumSource
  void oneThatWaitsForANameGetsItWhenThatIsFree(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      begin(source, destination);
      for (String step : WAITING) {
        transact(source, step);
      }
      FeedSetup.catchUp(source, destination);
      assertSame(source, destination, List.of("a", "u", "z"), List.of("t", "b", "swapped"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneThatWaitsForANameOverAStartGetsIt(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      begin(source, destination);
      waitOverStart(source, destination);
    }
  }

  @EachMysql
  void oneThatWaitsForANameOverAStartGetsItInMysql(Database source, MysqlDatabase database)
      throws Exception {
    Destination destination = new MysqlCopy(database);
    begin(source, destination);
    waitOverStart(source, destination);
  }

  private static void waitOverStart(Database source, Destination destination) throws Exception {
    for (String step : WAITING) {
      transact(source, step);
    }
    // The first one to swap names waits by then, and the other one gets its last name.
    HaltedFeed.run(source, destination, HaltingSink.Step.RENAMED, 2);
    FeedSetup.catchUp(source, destination);
    assertSame(source, destination, List.of("a", "u", "z"), List.of("t", "b", "swapped"));
  }

  private static void begin(Database source, Destination destination) throws Exception {
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute(
        """
        CREATE TABLE t (id int PRIMARY KEY);
        INSERT INTO t VALUES (1);
        CREATE TABLE u (id int PRIMARY KEY);
        CREATE PUBLICATION "%s" FOR ALL TABLES
        """
            .formatted(source.name()));
    FeedSetup.catchUp(source, destination);
  }

  private static void transact(Database source, String step) throws SQLException {
    source.execute("BEGIN; " + step + "; COMMIT");
  }

  private static void assertSame(
      Database source, Destination destination, List<String> tables, List<String> gone)
      throws SQLException {
    List<TableName> names =
        Stream.concat(tables.stream(), Stream.of("u"))
            .distinct()
            .map(name -> new TableName("public", name))
            .toList();
    assertEquals(List.of(), destination.compare(source, names).tableDifferences());
    for (String name : gone) {
      assertThrows(
          SQLException.class, () -> destination.answer("SELECT count(*) FROM " + name), name);
    }
  }
}
