package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the stream cannot say about rows that were there stops the feed instead of spoiling it. */
@Postgres
final class ReplacedTableTest {
  @TempDir Path directory;
  private final Workload workload = Workload.create(1);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rename   | ALTER TABLE t RENAME TO other; UPDATE other SET n = n + 1",
        "swap     | ALTER TABLE t RENAME TO old; ALTER TABLE s RENAME TO t; INSERT INTO t VALUES"
            + " (9)",
        "recreate | DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2));"
            + " INSERT INTO t VALUES (1, 7)",
      })
  void stopsTheFeed(String name, String statements, Database database) throws Exception {
    create(database);
    Path file = directory.resolve(name + ".db");
    try (RunningFeed feed = start(database, file)) {
      feed.awaitFollowing();
      database.execute("BEGIN; " + statements + "; COMMIT");
      WalferryException failure = feed.awaitFailure();
      assertEquals(ErrorCode.SOURCE_TABLE_REPLACED, failure.code(), failure.toString());
      assertTrue(failure.getMessage().contains("public.t"), failure.getMessage());
    }
  }

  /** The stream of a start that comes later has nothing of it at all. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SQLITE   | public.t, public.s | ALTER TABLE t RENAME TO other",
        "POSTGRES | public.* | ALTER TABLE t RENAME TO other",
        "SQLITE   | public.* | ALTER TABLE t RENAME TO old; ALTER TABLE s RENAME TO t;"
            + " ALTER TABLE old RENAME TO s",
        "POSTGRES | public.* | DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2))",
        "SQLITE   | public.* | DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2))",
      })
  void stopsTheNextStart(Kind kind, String tables, String statements, Database database)
      throws Exception {
    create(database);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      List<String> patterns = List.of(tables.split(", "));
      try (RunningFeed feed = start(database, patterns, destination)) {
        feed.awaitFollowing();
      }
      database.execute("BEGIN; " + statements + "; COMMIT");
      try (RunningFeed feed = start(database, patterns, destination)) {
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.SOURCE_TABLE_REPLACED, failure.code(), failure.toString());
        assertTrue(failure.getMessage().contains("public."), failure.getMessage());
      }
    }
  }

  /** Every row prints as before. */
  @Test
  void aTypeThatTookEveryValueAsItWasStopsNothing(Database database) throws Exception {
    create(database);
    try (Destination destination = Kind.SQLITE.create(directory, database.server(), workload)) {
      List<String> patterns = List.of("public.*");
      try (RunningFeed feed = start(database, patterns, destination)) {
        feed.awaitFollowing();
      }
      database.execute("ALTER TABLE t ALTER n TYPE numeric(20,2), ALTER id TYPE bigint");
      for (int start = 0; start < 2; start++) {
        try (RunningFeed feed = start(database, patterns, destination)) {
          feed.awaitFollowing();
          database.execute("UPDATE t SET n = n + 1");
          feed.awaitDurable(FeedSetup.walEnd(database));
        }
      }
      assertEquals("3.50", destination.answer("SELECT n FROM t"));
    }
  }

  private static void create(Database database) throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2)); INSERT INTO t VALUES (1, 1.5);"
            + " CREATE TABLE s (id int PRIMARY KEY, n numeric(10,2));"
            + " CREATE PUBLICATION \""
            + database.name()
            + "\" FOR ALL TABLES");
  }

  private static RunningFeed start(
      Database database, List<String> patterns, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(database.name(), patterns),
        FeedSetup.connector(database.uri()),
        destination::sink);
  }

  private static RunningFeed start(Database database, Path file) {
    return RunningFeed.start(
        FeedSetup.settings(database.name(), List.of("public.t", "public.s")),
        FeedSetup.connector(database.uri()),
        () -> FeedSetup.sqlite(file));
  }
}
