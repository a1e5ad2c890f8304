package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tables without a key whose rows the stream cannot tell apart: they are appended and truncated.
 */
@Postgres
final class InsertOnlyTest {
  private static final String SCHEMA =
      """
      CREATE TABLE log (line text, n int);
      ALTER TABLE log REPLICA IDENTITY NOTHING;
      INSERT INTO log VALUES ('loaded', 1), ('loaded', 1);
      """;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void rowsAreAppendedAndTruncated(Destination.Kind kind, Database source) throws Exception {
    source.execute(SCHEMA + published(source, ""));
    try (Destination destination = kind.create(directory, source.server())) {
      follow(source, destination);
    }
  }

  @EachMysql
  void rowsAreAppendedAndTruncatedInMysql(Database source, MysqlDatabase database)
      throws Exception {
    source.execute(SCHEMA + published(source, ""));
    follow(source, new Destination.MysqlCopy(database));
  }

  /** A feed makes no publication that the application's own statements fail by. */
  private static String published(Database source, String options) {
    return "CREATE PUBLICATION \"%s\" FOR TABLE log %s".formatted(source.name(), options);
  }

  private static void follow(Database source, Destination destination) throws Exception {
    try (RunningFeed feed = start(source, destination)) {
      feed.awaitFollowing();
      source.execute("INSERT INTO log VALUES ('a', 2), ('a', 2), (NULL, NULL)");
      for (String refused : List.of("UPDATE log SET n = 3", "DELETE FROM log")) {
        SQLException failure = assertThrows(SQLException.class, () -> source.execute(refused));
        assertTrue(String.valueOf(failure.getMessage()).contains("replica identity"), refused);
      }
      assertCount(feed, source, destination, 5, 2);
      source.execute("TRUNCATE log; INSERT INTO log VALUES ('b', 3), ('b', 3)");
      assertCount(feed, source, destination, 2, 2);
    }
  }

  /** The server refuses nothing then, and rows stay as they were inserted. */
  @ParameterizedTest
  @EnumSource
  void aPublicationOfInsertsCarriesNothingElse(Destination.Kind kind, Database source)
      throws Exception {
    source.execute(SCHEMA + published(source, "WITH (publish = 'insert')"));
    try (Destination destination = kind.create(directory, source.server());
        RunningFeed feed = start(source, destination)) {
      feed.awaitFollowing();
      source.execute("INSERT INTO log VALUES ('a', 2), ('a', 2)");
      source.execute("UPDATE log SET line = 'changed'; DELETE FROM log WHERE n = 1; TRUNCATE log");
      source.execute("INSERT INTO log VALUES ('a', 2)");
      assertCount(feed, source, destination, 5, 3);
    }
  }

  private static RunningFeed start(Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }

  private static void assertCount(
      RunningFeed feed, Database source, Destination destination, int rows, int alike)
      throws SQLException {
    feed.awaitDurable(FeedSetup.walEnd(source));
    assertEquals("" + rows, destination.answer("SELECT count(*) FROM log"));
    assertEquals(
        "" + alike,
        destination.answer("SELECT max(c) FROM (SELECT count(*) AS c FROM log GROUP BY line) g"));
  }
}
