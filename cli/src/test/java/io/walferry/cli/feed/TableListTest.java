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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables come to a feed and leave it, whether it runs or not. */
@Postgres
final class TableListTest {
  @TempDir Path directory;
  private final Workload workload = Workload.create(1);

  @ParameterizedTest
  @CsvSource({"SQLITE, true", "SQLITE, false", "POSTGRES, true", "POSTGRES, false"})
  void aTableThatComesIsLoadedAndFollowed(Kind kind, boolean running, Database source)
      throws Exception {
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
      follow(source, destination);
      String come =
          "CREATE TABLE u (id int PRIMARY KEY, v text);"
              + " INSERT INTO u SELECT i, 'old' FROM generate_series(1, 2000) i";
      if (!running) {
        source.execute(come);
        add(source, "u");
        source.execute("UPDATE u SET v = 'new' WHERE id % 2 = 0");
      }
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
        if (running) {
          source.execute(come);
          add(source, "u");
          source.execute("UPDATE u SET v = 'new' WHERE id % 2 = 0");
        }
        source.execute("DELETE FROM u WHERE id % 3 = 0; UPDATE u SET id = -id WHERE id % 5 = 0");
        source.execute("INSERT INTO t VALUES (2, 'b')");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, destination, "t");
      assertEqual(source, destination, "u");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTableIsMadeWhereThePublicationHasAll(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      source.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v text); CREATE PUBLICATION \"%s\" FOR ALL TABLES"
              .formatted(source.name()));
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
        source.execute(
            "CREATE TABLE u (id int PRIMARY KEY, v text);"
                + " INSERT INTO u SELECT i, 'old' FROM generate_series(1, 2000) i");
        source.execute("UPDATE u SET v = 'new' WHERE id % 2 = 0");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, destination, "u");
    }
  }

  /** Its rows may be somebody's by then, so what a new table meets is met by this one, too. */
  @ParameterizedTest
  @EnumSource
  void aTableThatLeavesKeepsItsRowsAndComesBackAsAnyOther(Kind kind, Database source)
      throws Exception {
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
      source.execute("CREATE TABLE u (id int PRIMARY KEY, v text); INSERT INTO u VALUES (1, 'a')");
      follow(source, destination);
      source.execute("ALTER PUBLICATION \"%s\" DROP TABLE u".formatted(source.name()));
      source.execute("INSERT INTO u VALUES (2, 'unpublished'); INSERT INTO t VALUES (2, 'b')");
      follow(source, destination);
      assertEqual(source, destination, "t");
      assertEquals("1a", destination.answer(contents("u")));
      add(source, "u");
      try (RunningFeed feed = start(source, destination)) {
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.DESTINATION_NOT_EMPTY, failure.code(), failure.toString());
        assertTrue(failure.getMessage().contains("u"), failure::toString);
      }
      assertEquals("1a", destination.answer(contents("u")));
      destination.execute("DELETE FROM u");
      follow(source, destination);
      assertEqual(source, destination, "u");
    }
  }

  private static RunningFeed start(Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }

  private static void follow(Database source, Destination destination) throws Exception {
    try (RunningFeed feed = start(source, destination)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
  }

  private static void add(Database source, String table) throws Exception {
    source.execute("ALTER PUBLICATION \"%s\" ADD TABLE %s".formatted(source.name(), table));
  }

  private static String contents(String table) {
    return "SELECT string_agg(CAST(id AS text) || v, ',' ORDER BY id) FROM " + table;
  }

  private static void assertEqual(Database source, Destination destination, String table)
      throws Exception {
    assertEquals(source.answer(contents(table)), destination.answer(contents(table)), table);
  }
}
