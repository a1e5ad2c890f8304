package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the stream does not say of rows that were there is read again: a table is equal whatever was
 * done to its columns, whether a feed looked on or not.
 */
@Postgres
final class RewrittenTableTest {
  private static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2), a text, b text, c text);
      INSERT INTO t VALUES (1, 1.5, 'a1', 'b1', 'c1'), (2, NULL, NULL, 'it''s ä', '');
      """;

  private static final List<String> STEPS =
      List.of(
          "ALTER TABLE t ALTER n TYPE numeric(10,4)",
          "ALTER TABLE t ALTER n TYPE text USING '0' || n",
          "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b",
          "ALTER TABLE t DROP a; ALTER TABLE t ADD a int DEFAULT 7",
          "ALTER TABLE t RENAME id TO nr",
          "ALTER TABLE t RENAME n TO m; ALTER TABLE t ADD n int DEFAULT 3",
          "ALTER TABLE t RENAME c TO d; ALTER TABLE t RENAME nr TO no");

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void isEqualWhileAFeedLooksOn(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      lookOn(source, destination);
    }
  }

  @EachMysql
  void isEqualWhileAFeedLooksOnInMysql(Database source, MysqlDatabase database) throws Exception {
    lookOn(source, new MysqlCopy(database));
  }

  private static void lookOn(Database source, Destination destination) throws Exception {
    source.execute(TABLE);
    try (RunningFeed feed = start(source, destination, LoadMode.SNAPSHOT)) {
      feed.awaitFollowing();
      for (int step = 0; step < STEPS.size(); step++) {
        alter(source, step);
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEqual(source, destination, STEPS.get(step));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isEqualAfterAStart(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      startAgain(source, destination);
    }
  }

  @EachMysql
  void isEqualAfterAStartInMysql(Database source, MysqlDatabase database) throws Exception {
    startAgain(source, new MysqlCopy(database));
  }

  private static void startAgain(Database source, Destination destination) throws Exception {
    source.execute(TABLE);
    catchUp(source, destination);
    for (int step = 0; step < STEPS.size(); step++) {
      source.execute("UPDATE t SET %s = 'before %d'".formatted(columnOf(step), step));
      alter(source, step);
      catchUp(source, destination);
      assertEqual(source, destination, STEPS.get(step));
    }
  }

  /** The last step gives another name to what was c. */
  private static String columnOf(int step) {
    return step < STEPS.size() ? "c" : "d";
  }

  private static void alter(Database source, int step) throws Exception {
    source.execute(
        "BEGIN; %s; UPDATE t SET %s = 'step %d'; COMMIT"
            .formatted(STEPS.get(step), columnOf(step + 1), step));
  }

  /** Changes with the key's former name are still in the stream when the table has been read. */
  @ParameterizedTest
  @EnumSource
  void isEqualIfItsKeyIsRenamedAroundALoad(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      renameAroundLoad(source, destination);
    }
  }

  @EachMysql
  void isEqualIfItsKeyIsRenamedAroundALoadInMysql(Database source, MysqlDatabase database)
      throws Exception {
    renameAroundLoad(source, new MysqlCopy(database));
  }

  private static void renameAroundLoad(Database source, Destination destination) throws Exception {
    source.execute(TABLE);
    catchUp(source, destination);
    try (Connection connection = source.connect()) {
      new ReloadRequest(source.name(), new TableId("public", "t")).send(connection);
    }
    source.execute("UPDATE t SET c = 'former'; INSERT INTO t VALUES (3)");
    source.execute(
        "ALTER TABLE t RENAME id TO nr; UPDATE t SET c = 'later'; DELETE FROM t WHERE nr = 2");
    source.execute(
        "ALTER TABLE t RENAME nr TO no; ALTER TABLE t RENAME a TO x; INSERT INTO t VALUES (4)");
    catchUp(source, destination);
    assertEqual(source, destination, "renamed around a load");
  }

  /** Nothing says which column of older changes was the key by which the table is read. */
  @ParameterizedTest
  @EnumSource
  void isEqualIfItsFormerKeyCannotBeTold(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      source.execute("CREATE TABLE t (v int, id int PRIMARY KEY); INSERT INTO t VALUES (1, 1)");
      catchUp(source, destination);
      source.execute("UPDATE t SET v = 2; INSERT INTO t VALUES (3, 3)");
      source.execute(
          "ALTER TABLE t ALTER v TYPE text USING '0' || v; ALTER TABLE t RENAME id TO nr");
      source.execute("UPDATE t SET v = '<' || v; DELETE FROM t WHERE nr = 3");
      catchUp(source, destination);
      assertEqual(source, destination, "its former key cannot be told");
    }
  }

  /** What was NOT NULL is in rows that are read, not only in changes. */
  @ParameterizedTest
  @EnumSource
  void isEqualIfItsColumnsMayBeNullByThen(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      source.execute(
          "CREATE TABLE t (id int PRIMARY KEY, n int, a int NOT NULL, c int NOT NULL, b text NOT"
              + " NULL); INSERT INTO t VALUES (1, 1, 1, 1, 'b1')");
      catchUp(source, destination);
      source.execute(
          "ALTER TABLE t ALTER a DROP NOT NULL, ALTER n TYPE text USING '0' || n; INSERT INTO t"
              + " VALUES (2, '2', NULL, 2, 'b2')");
      catchUp(source, destination);
      assertEqual(source, destination, "it was rewritten");
      source.execute(
          "ALTER TABLE t DROP b; ALTER TABLE t ADD d text; ALTER TABLE t ALTER n TYPE int USING"
              + " n::int; INSERT INTO t VALUES (3, 3, 3, 3, NULL)");
      catchUp(source, destination);
      assertEqual(source, destination, "another column came in its place");
      try (Connection connection = source.connect()) {
        new ReloadRequest(source.name(), new TableId("public", "t")).send(connection);
      }
      source.execute(
          "ALTER TABLE t ALTER c DROP NOT NULL; INSERT INTO t VALUES (4, 4, 4, NULL, 'd')");
      catchUp(source, destination);
      assertEqual(source, destination, "it was asked for");
    }
  }

  /** What one table is still to be read for must not get lost when another one is altered. */
  @EachMysql
  void isEqualIfAnotherTableIsAlteredBehindIt(Database source, MysqlDatabase database)
      throws Exception {
    source.execute(
        TABLE + "CREATE TABLE u (id int PRIMARY KEY, n int); INSERT INTO u VALUES (1, 1)");
    Destination destination = new MysqlCopy(database);
    catchUp(source, destination);
    source.execute(
        "BEGIN; ALTER TABLE t ADD x uuid DEFAULT gen_random_uuid(); UPDATE t SET c = 'x';"
            + " ALTER TABLE u ALTER n TYPE text; INSERT INTO u VALUES (2, '02'); COMMIT");
    catchUp(source, destination);
    assertEquals(
        List.of(),
        destination
            .compare(source, List.of(new TableName("public", "t"), new TableName("public", "u")))
            .tableDifferences());
  }

  @Test
  void stopsAFeedThatLoadsNothing(Database source) throws Exception {
    source.execute(TABLE);
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      catchUp(source, destination);
      try (RunningFeed feed = start(source, destination, LoadMode.NONE)) {
        feed.awaitFollowing();
        alter(source, 0);
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.SOURCE_TABLE_REWRITTEN, failure.code(), failure.toString());
        assertTrue(failure.getMessage().contains("public.t"), failure.getMessage());
      }
    }
  }

  private static void catchUp(Database source, Destination destination) throws Exception {
    try (RunningFeed feed = start(source, destination, LoadMode.SNAPSHOT)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
  }

  private static void assertEqual(Database source, Destination destination, String when)
      throws Exception {
    assertEquals(
        List.of(),
        destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences(),
        when);
  }

  private static RunningFeed start(Database source, Destination destination, LoadMode load) {
    String name = source.name();
    FeedSettings feed = new FeedSettings(name, name, name, List.of("public.*"), true, load);
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")).with(feed),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }
}
