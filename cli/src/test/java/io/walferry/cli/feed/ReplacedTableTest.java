package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the stream cannot say about rows that were there stops the feed instead of spoiling it. */
@Postgres
final class ReplacedTableTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rename   | ALTER TABLE t RENAME TO other; UPDATE other SET n = n + 1",
        "swap     | ALTER TABLE t RENAME TO old; ALTER TABLE s RENAME TO t; INSERT INTO t VALUES"
            + " (9)",
        "recreate | DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2));"
            + " INSERT INTO t VALUES (1, 7)",
        "retype   | ALTER TABLE t ALTER n TYPE numeric(10,4); INSERT INTO t VALUES (3, 1)",
      })
  void stopsTheFeed(String name, String statements, Database database) throws Exception {
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2)); INSERT INTO t VALUES (1, 1.5);"
            + " CREATE TABLE s (id int PRIMARY KEY, n numeric(10,2));"
            + " CREATE PUBLICATION \""
            + database.name()
            + "\" FOR ALL TABLES");
    Path file = directory.resolve(name + ".db");
    try (RunningFeed feed = start(database, file)) {
      feed.awaitFollowing();
      database.execute("BEGIN; " + statements + "; COMMIT");
      WalferryException failure = feed.awaitFailure();
      assertEquals(ErrorCode.SOURCE_TABLE_REPLACED, failure.code(), failure.toString());
      assertTrue(failure.getMessage().contains("public.t"), failure.getMessage());
    }
  }

  private static RunningFeed start(Database database, Path file) {
    return RunningFeed.start(
        FeedSetup.settings(database.name(), List.of("public.t", "public.s")),
        FeedSetup.connector(database.uri()),
        () -> FeedSetup.sqlite(file));
  }
}
