package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done to a table's columns arrives with the changes around it. */
@Postgres
final class FollowedDdlTest {
  private static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, name varchar(10) NOT NULL, note text,
        kind text NOT NULL);
      INSERT INTO t SELECT i, i, 'name ' || i, 'note ' || i, 'k' FROM generate_series(1, 20) i;
      """;

  /** Each is one transaction, with rows before and after what it does to the table. */
  private static final List<String> STEPS =
      List.of(
          """
          UPDATE t SET n = n + 1 WHERE id < 5; ALTER TABLE t ADD COLUMN extra date;
          INSERT INTO t VALUES (101, 1, 'a', 'b', 'k', '2026-01-02');
          UPDATE t SET extra = '2026-01-03' WHERE id < 3
          """,
          """
          INSERT INTO t VALUES (102, 2, 'c', 'd', 'k');
          ALTER TABLE t ADD COLUMN price numeric(10,2) DEFAULT 1.50 NOT NULL;
          INSERT INTO t (id, n, name, kind, price) VALUES (103, 3, 'e', 'k', 7);
          DELETE FROM t WHERE id = 7
          """,
          """
          INSERT INTO t VALUES (104, 4, 'f', 'g', 'k'); ALTER TABLE t ALTER n TYPE bigint;
          INSERT INTO t VALUES (105, 5000000000, 'h', 'i', 'k'); UPDATE t SET n = -n WHERE id = 4
          """,
          """
          UPDATE t SET note = NULL WHERE id = 8; ALTER TABLE t ALTER name TYPE text;
          INSERT INTO t VALUES (106, 6, 'longer than ten characters', 'j', 'k')
          """,
          """
          INSERT INTO t VALUES (107, 7, 'k', 'l', 'k'); ALTER TABLE t RENAME name TO title;
          UPDATE t SET title = 'titled' WHERE id < 4; INSERT INTO t VALUES (108, 8, 'm', 'n', 'k')
          """,
          """
          INSERT INTO t VALUES (109, 9, 'o', 'p', 'k'); ALTER TABLE t DROP COLUMN note;
          INSERT INTO t VALUES (110, 10, 'q', 'k'); UPDATE t SET title = 'last' WHERE id = 20
          """,
          """
          INSERT INTO t VALUES (111, 11, 'r', 'k'); ALTER TABLE t ADD COLUMN a text;
          UPDATE t SET a = 'a' WHERE id > 10; ALTER TABLE t DROP COLUMN extra;
          INSERT INTO t VALUES (112, 12, 's', 'k', 2, 'aa'); ALTER TABLE t RENAME kind TO sort;
          DELETE FROM t WHERE id = 9; ALTER TABLE t ADD COLUMN b int DEFAULT 7;
          INSERT INTO t VALUES (113, 13, 't', 'k', 3, 'aaa', 8); UPDATE t SET n = 0 WHERE id = 2
          """);

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void followsEveryStep(Kind kind, Database source) throws Exception {
    for (Manner manner : Manner.values()) {
      try (Destination destination =
          kind.create(Files.createDirectory(directory.resolve(manner.name())), source.server())) {
        follow(manner, source, destination);
      }
    }
  }

  @EachMysql
  void followsEveryStepInMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.LIVE, source, new MysqlCopy(database));
  }

  @EachMysql
  void followsABacklogInMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.BACKLOG, source, new MysqlCopy(database));
  }

  @EachMysql
  void followsRestartsInMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.RESTARTS, source, new MysqlCopy(database));
  }

  @EachMysql
  void followsOneTransactionInMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.ONE_TRANSACTION, source, new MysqlCopy(database));
  }

  @ParameterizedTest
  @EnumSource
  void followsEveryStepInSqlServer(Manner manner, Database source) throws Exception {
    try (Destination destination = SqlServerCopy.create()) {
      follow(manner, source, destination);
    }
  }

  enum Manner {
    LIVE,
    BACKLOG,
    RESTARTS,
    ONE_TRANSACTION
  }

  private static void follow(Manner manner, Database source, Destination destination)
      throws Exception {
    source.execute("DROP TABLE IF EXISTS t; " + TABLE);
    String name = manner.name().toLowerCase(Locale.ROOT);
    try (RunningFeed feed = start(name, source, destination)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      switch (manner) {
        case LIVE -> {
          for (String step : STEPS) {
            source.execute(step);
            feed.awaitDurable(FeedSetup.walEnd(source));
            assertEqual(source, destination);
          }
        }
        case ONE_TRANSACTION -> {
          source.execute("BEGIN; " + String.join("; ", STEPS) + "; COMMIT");
          feed.awaitDurable(FeedSetup.walEnd(source));
          assertEqual(source, destination);
        }
        case BACKLOG, RESTARTS -> {}
      }
    }
    switch (manner) {
      case BACKLOG -> {
        for (String step : STEPS) {
          source.execute(step);
        }
        catchUp(name, source, destination);
      }
      case RESTARTS -> {
        for (String step : STEPS) {
          source.execute(step);
          catchUp(name, source, destination);
        }
      }
      case LIVE, ONE_TRANSACTION -> {}
    }
    // A feed that stops as soon as a table is loaded again has not settled it yet.
    catchUp(name, source, destination);
    assertEquals(
        "0",
        destination.answer(
            "SELECT count(*) FROM "
                + destination.positionTable().replace("position", "ledger")
                + " WHERE kind <> 'table'"));
  }

  private static void catchUp(String name, Database source, Destination destination)
      throws Exception {
    try (RunningFeed feed = start(name, source, destination)) {
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    assertEqual(source, destination);
  }

  private static void assertEqual(Database source, Destination destination) throws Exception {
    assertEquals(
        List.of(),
        destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
  }

  private static RunningFeed start(String name, Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name() + "_" + name, List.of("public.*")),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }
}
