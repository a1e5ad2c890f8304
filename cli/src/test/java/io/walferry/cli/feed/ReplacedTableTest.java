package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.Replacement;
import io.walferry.sink.Sink;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the stream cannot say about rows that were there stops the feed instead of spoiling it. */
@Postgres
final class ReplacedTableTest {
  private static final String SWAP =
      "BEGIN; ALTER TABLE t RENAME TO x; ALTER TABLE s RENAME TO t; ALTER TABLE x RENAME TO s;"
          + " COMMIT";

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

  @ParameterizedTest
  @CsvSource({"SQLITE, true", "SQLITE, false", "POSTGRES, true", "POSTGRES, false"})
  void namesThatAreSwappedAreLoadedAgain(Kind kind, boolean running, Database source)
      throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      swap(source, destination, running);
    }
  }

  @EachMysql
  void namesThatAreSwappedAreLoadedAgainIntoMysql(Database source, MysqlDatabase database)
      throws Exception {
    swap(source, new Destination.MysqlCopy(database), true);
  }

  @EachMysql
  void namesThatWereSwappedAreLoadedAgainIntoMysql(Database source, MysqlDatabase database)
      throws Exception {
    swap(source, new Destination.MysqlCopy(database), false);
  }

  /** Two tables of other columns and rows swap their names. */
  private static void swap(Database source, Destination destination, boolean running)
      throws Exception {
    createFull(source);
    List<Supplier<Sink>> sinks = List.of(destination::sink);
    PipelineSettings settings =
        FeedSetup.settings(source.name(), List.of("public.*"), Replacement.RELOAD);
    try (RunningFeed feed =
        RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink)) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET v = v || 'x' WHERE id % 3 = 0");
      if (running) {
        source.execute(
            SWAP + "; UPDATE t SET v = 'after' WHERE id % 2 = 0; DELETE FROM s WHERE id = 2");
        feed.awaitRowsLoaded(2 * (2000 + 300) - 1);
      }
    }
    if (!running) {
      source.execute(
          SWAP + "; UPDATE t SET v = 'after' WHERE id % 2 = 0; DELETE FROM s WHERE id = 2");
    }
    FeedSetup.catchUp(settings, source, sinks);
    source.execute("INSERT INTO t (id, v) VALUES (-1, 'last'); UPDATE s SET v = NULL WHERE id = 1");
    FeedSetup.catchUp(FeedSetup.settings(source.name(), List.of("public.*")), source, sinks);
    assertSwapped(source, destination);
  }

  private static void assertSwapped(Database source, Destination destination) throws Exception {
    ComparisonResult result =
        destination.compare(
            source, List.of(new TableName("public", "t"), new TableName("public", "s")));
    assertTrue(result.isEqual(), result::toString);
  }

  /** Finishes what a kill leaves, whatever the next start would do with such a table. */
  @ParameterizedTest
  @CsvSource({
    "SQLITE, PLANNED, 0",
    "SQLITE, CHUNKS, 2",
    "POSTGRES, PLANNED, 0",
    "POSTGRES, CHUNKS, 2"
  })
  void aKillWhileOneIsLoadedLosesNothing(
      Kind kind, HaltingSink.Step step, int count, Database source) throws Exception {
    createFull(source);
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (Destination destination = kind.create(directory, source.server())) {
      List<Supplier<Sink>> sinks = List.of(destination::sink);
      FeedSetup.catchUp(settings, source, sinks);
      source.execute(
          "UPDATE t SET v = 'before'; " + SWAP + "; UPDATE t SET v = 'after' WHERE id % 2 = 0");
      HaltedFeed.run(source, destination, step, count, Replacement.RELOAD);
      source.execute("DELETE FROM t WHERE id % 5 = 0; UPDATE s SET v = 'later'");
      FeedSetup.catchUp(settings, source, sinks);
      assertSwapped(source, destination);
    }
  }

  private static void createFull(Database source) throws Exception {
    source.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text);"
            + " INSERT INTO t SELECT i, repeat('t' || i, 50) FROM generate_series(1, 2000) i;"
            + " CREATE TABLE s (id int PRIMARY KEY, n int, v text, w bytea);"
            + " INSERT INTO s SELECT i, i, 's' || i FROM generate_series(1, 300) i;"
            + " CREATE PUBLICATION \"%s\" FOR ALL TABLES".formatted(source.name()));
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
