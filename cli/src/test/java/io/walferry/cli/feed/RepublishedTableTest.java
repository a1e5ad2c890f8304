package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was changed while a publication did not carry it is not in the stream. */
@Postgres
final class RepublishedTableTest {
  private static final String TABLES =
      """
      CREATE TABLE t (id int PRIMARY KEY, v text);
      INSERT INTO t SELECT i, 'old' FROM generate_series(1, 2000) i;
      CREATE TABLE u (id int PRIMARY KEY, v text);
      INSERT INTO u VALUES (1, 'old')\
      """;

  private static final String UNPUBLISHED =
      """
      INSERT INTO t SELECT i, 'unpublished' FROM generate_series(2001, 2100) i;
      UPDATE t SET v = 'unpublished' WHERE id % 3 = 0;
      DELETE FROM t WHERE id % 5 = 0\
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"SQLITE, true", "SQLITE, false", "POSTGRES, true", "POSTGRES, false"})
  void aTableThatLeavesAndComesBackIsLoadedAgain(Kind kind, boolean running, Database source)
      throws Exception {
    create(source, "FOR TABLE t, u");
    try (Destination destination = kind.create(directory, source.server())) {
      follow(source, destination, running, "DROP TABLE t", UNPUBLISHED, "ADD TABLE t");
      assertEqual(source, destination, "");
    }
  }

  /**
   * The transactions that come meanwhile are in the stream, and no look at the catalog sees why.
   */
  @Test
  void aTableThatComesBackUnseenIsLoadedAgainOnceThatIsSeen() throws Exception {
    try (PostgresServer server = OpenTransactionTest.serverWithoutItsStandby();
        Database source = server.createDatabase("unseen");
        Destination destination = Kind.SQLITE.create(directory, server)) {
      create(source, "FOR TABLE t, u");
      try (RunningFeed feed = start(source, destination);
          HeldTransaction unseen = HeldTransaction.begin(source, "SELECT")) {
        feed.awaitFollowing();
        announceAll(source, feed);
        String publication = "ALTER PUBLICATION \"%s\" ".formatted(source.name());
        unseen.execute(publication + "DROP TABLE t");
        unseen.execute(UNPUBLISHED);
        unseen.execute(publication + "ADD TABLE t");
        unseen.commitUnseen();
        source.execute("INSERT INTO t VALUES (-1, 'published')");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(2001, feed.rowsLoaded());
        unseen.release();
        while (feed.rowsLoaded() == 2001) {
          source.execute("UPDATE u SET v = v || '+'");
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
      }
      catchUp(source, destination);
      assertEqual(source, destination, "");
    }
  }

  @EachPostgres
  void eachServerAnnouncesATableThatComesBack(Database source) throws Exception {
    create(source, "FOR TABLE t, u");
    try (Destination destination = Kind.SQLITE.create(directory, source.server());
        RunningFeed feed = start(source, destination)) {
      feed.awaitFollowing();
      announceAll(source, feed);
      write(source, "DROP TABLE t", UNPUBLISHED, "ADD TABLE t");
      // And the last row, if it came before the read.
      feed.awaitRowsLoaded(2001 + 1680);
    }
  }

  @EachPostgres(from = 15)
  void eachServerAnnouncesTheTablesOfASchemaThatComesBack(Database source) throws Exception {
    create(source, "FOR TABLES IN SCHEMA public");
    try (Destination destination = Kind.SQLITE.create(directory, source.server());
        RunningFeed feed = start(source, destination)) {
      feed.awaitFollowing();
      announceAll(source, feed);
      write(source, "DROP TABLES IN SCHEMA public", UNPUBLISHED, "ADD TABLES IN SCHEMA public");
      feed.awaitRowsLoaded(2001 + 1681);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTableThatLeavesTwiceIsLoadedAgainTwice(boolean running, Database source) throws Exception {
    create(source, "FOR TABLE t, u");
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      follow(source, destination, running, "DROP TABLE t", UNPUBLISHED, "ADD TABLE t");
      follow(source, destination, running, "DROP TABLE t", "TRUNCATE t", "ADD TABLE t");
      assertEqual(source, destination, "");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Postgres(15)
  void aSchemaThatLeavesAndComesBackIsLoadedAgain(boolean running, Database source)
      throws Exception {
    create(source, "FOR TABLES IN SCHEMA public");
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      follow(
          source,
          destination,
          running,
          "DROP TABLES IN SCHEMA public",
          UNPUBLISHED,
          "ADD TABLES IN SCHEMA public");
      assertEqual(source, destination, "");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Postgres(15)
  void aTableWithAnotherFilterIsLoadedAgain(boolean running, Database source) throws Exception {
    create(source, "FOR TABLE t WHERE (id < 100), u");
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      follow(
          source,
          destination,
          running,
          "SET TABLE t WHERE (id < 500), u",
          "UPDATE t SET v = 'new' WHERE id % 7 = 0",
          "SET TABLE u, t WHERE (id < 500)");
      assertEqual(source, destination, " WHERE id < 500");
    }
  }

  /** One that is set anew as it was has been carried all the time. */
  @EachPostgres
  void aTableThatIsSetAsItWasIsNotLoadedAgain(Database source) throws Exception {
    create(source, "FOR TABLE t, u");
    try (Destination destination = Kind.SQLITE.create(directory, source.server());
        RunningFeed feed = start(source, destination)) {
      feed.awaitFollowing();
      announceAll(source, feed);
      write(source, "SET TABLE u, t", "UPDATE t SET v = 'new' WHERE id % 9 = 0", "SET TABLE t, u");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEqual(source, destination, "");
      assertEquals(2001, feed.rowsLoaded());
    }
  }

  /** The server itself cannot read what was changed without the publication. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPublicationOfAllTablesThatWasAwayEndsTheFeed(boolean running, Database source)
      throws Exception {
    create(source, "FOR ALL TABLES");
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      if (!running) {
        catchUp(source, destination);
        recreate(source, UNPUBLISHED);
      }
      try (RunningFeed feed = start(source, destination)) {
        if (running) {
          feed.awaitFollowing();
          recreate(source, UNPUBLISHED);
        }
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.PUBLICATION_LOST, failure.code(), failure.toString());
      }
    }
  }

  /** A running feed has missed nothing then, or the server would have said so. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPublicationOfAllTablesThatIsMadeAnewLeavesContentsEqual(boolean running, Database source)
      throws Exception {
    create(source, "FOR ALL TABLES");
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      if (!running) {
        catchUp(source, destination);
        recreate(source, "SELECT 1");
        source.execute(UNPUBLISHED);
      }
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
        if (running) {
          announceAll(source, feed);
          recreate(source, "SELECT 1");
          source.execute(UNPUBLISHED);
        }
        if (!running) {
          feed.awaitRowsLoaded(1681);
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      catchUp(source, destination);
      assertEqual(source, destination, "");
    }
  }

  private static void create(Database source, String what) throws Exception {
    source.execute(TABLES);
    source.execute("CREATE PUBLICATION \"%s\" %s".formatted(source.name(), what));
  }

  private static void recreate(Database source, String between) throws Exception {
    source.execute("DROP PUBLICATION \"%s\"".formatted(source.name()));
    source.execute(between);
    source.execute("CREATE PUBLICATION \"%s\" FOR ALL TABLES".formatted(source.name()));
  }

  /** Alters the publication, writes, alters it again and writes to both tables. */
  private static void follow(
      Database source,
      Destination destination,
      boolean running,
      String first,
      String between,
      String then)
      throws Exception {
    if (running) {
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
        announceAll(source, feed);
        write(source, first, between, then);
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
    } else {
      catchUp(source, destination);
      write(source, first, between, then);
    }
    catchUp(source, destination);
  }

  private static void write(Database source, String first, String between, String then)
      throws Exception {
    alter(source, first);
    source.execute(between);
    alter(source, then);
    source.execute("UPDATE u SET v = v || '+'");
    source.execute("UPDATE t SET v = 'published' WHERE id % 7 = 0");
    source.execute("INSERT INTO t VALUES ((SELECT -count(*) - 1 FROM t), 'published')");
  }

  /** So that the server has no need to announce the tables for any other reason. */
  private static void announceAll(Database source, RunningFeed feed) throws Exception {
    source.execute("UPDATE t SET v = 'before' WHERE id = 1; UPDATE u SET v = 'before'");
    feed.awaitDurable(FeedSetup.walEnd(source));
  }

  private static void alter(Database source, String how) throws Exception {
    source.execute("ALTER PUBLICATION \"%s\" %s".formatted(source.name(), how));
  }

  private static PipelineSettings settings(Database source) {
    return FeedSetup.settings(source.name(), List.of("public.*"));
  }

  private static RunningFeed start(Database source, Destination destination) {
    return RunningFeed.start(
        settings(source), FeedSetup.connector(source.uri()), destination::sink);
  }

  private static void catchUp(Database source, Destination destination) {
    FeedSetup.catchUp(settings(source), source, List.of(destination::sink));
  }

  private static void assertEqual(Database source, Destination destination, String published)
      throws Exception {
    String contents =
        "SELECT string_agg(i || v, ',' ORDER BY i) FROM"
            + " (SELECT CAST(id AS text) AS i, v FROM %s) AS r";
    assertEquals(
        source.answer(contents.formatted("t" + published)),
        destination.answer(contents.formatted("t")),
        "t");
    assertEquals(
        source.answer(contents.formatted("u")), destination.answer(contents.formatted("u")), "u");
  }
}
