package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.sink.Sink;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.sqlite.SqliteSettings;
import io.walferry.sinks.sqlite.SqliteSink;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of a destination's table when the source's is altered is for its settings to say.
 */
@Postgres
final class DdlPolicyTest {
  private static final DdlPolicies HALT =
      new DdlPolicies(DdlPolicy.HALT, DdlPolicy.HALT, DdlPolicy.HALT, DdlPolicy.HALT);
  private static final DdlPolicies IGNORE =
      new DdlPolicies(DdlPolicy.IGNORE, DdlPolicy.IGNORE, DdlPolicy.APPLY, DdlPolicy.IGNORE);

  @TempDir Path directory;

  /** Whoever alters the destination by hand, as the message says, can go on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SQLITE   | ALTER TABLE t ADD COLUMN more int       | ALTER TABLE \"t\" ADD COLUMN \"more\""
            + " INTEGER",
        "POSTGRES | ALTER TABLE t ADD COLUMN more int       | ALTER TABLE \"public\".\"t\" ADD"
            + " COLUMN \"more\" integer",
        "SQLITE   | ALTER TABLE t DROP COLUMN a             | ALTER TABLE \"t\" DROP COLUMN \"a\"",
        "POSTGRES | ALTER TABLE t DROP COLUMN a             | ALTER TABLE \"public\".\"t\" DROP"
            + " COLUMN \"a\"",
        "SQLITE   | ALTER TABLE t RENAME a TO x             | ALTER TABLE \"t\" RENAME COLUMN \"a\""
            + " TO \"x\"",
        "POSTGRES | ALTER TABLE t RENAME a TO x             | ALTER TABLE \"public\".\"t\" RENAME"
            + " COLUMN \"a\" TO \"x\"",
        "SQLITE   | ALTER TABLE t RENAME z TO x             | ALTER TABLE \"t\" RENAME COLUMN \"z\""
            + " TO \"x\"",
        "POSTGRES | ALTER TABLE t RENAME z TO x             | ALTER TABLE \"public\".\"t\" RENAME"
            + " COLUMN \"z\" TO \"x\"",
        "POSTGRES | ALTER TABLE t ALTER a TYPE bigint       | ALTER TABLE \"public\".\"t\" ALTER"
            + " COLUMN \"a\" TYPE bigint",
      })
  void haltsUntilItWasDoneByHand(Kind kind, String ddl, String byHand, Database source)
      throws Exception {
    create(source);
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed = start(source, destination, HALT)) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
        source.execute(ddl + "; INSERT INTO t (id) VALUES (9); UPDATE t SET id = 8 WHERE id = 1");
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.DESTINATION_DDL_HALTED, failure.code(), failure.toString());
        assertTrue(failure.getMessage().contains(byHand + ";"), failure.getMessage());
      }
      destination.execute(byHand);
      try (RunningFeed feed = start(source, destination, HALT)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("8, 9", ids(destination));
    }
  }

  /** What the message prints is run as it is, so that its quotes and types are the server's. */
  @EachMysql
  void haltsUntilItWasDoneByHandInMysql(Database source, MysqlDatabase database) throws Exception {
    create(source);
    Destination destination = new MysqlCopy(database);
    for (String ddl :
        List.of(
            "ALTER TABLE t ADD COLUMN more int",
            "ALTER TABLE t ALTER a TYPE bigint",
            "ALTER TABLE t RENAME z TO x",
            "ALTER TABLE t DROP COLUMN a")) {
      try (RunningFeed feed = start(source, destination, HALT)) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
        source.execute(ddl + "; INSERT INTO t (id) VALUES (9); UPDATE t SET id = id - 5");
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.DESTINATION_DDL_HALTED, failure.code(), failure.toString());
        String message = failure.getMessage();
        int from = message.indexOf("; run: ALTER TABLE ");
        assertTrue(from > 0 && message.endsWith(";"), message);
        destination.execute(message.substring(from + "; run: ".length(), message.length() - 1));
      }
    }
    try (RunningFeed feed = start(source, destination, HALT)) {
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    List<TableName> table = List.of(new TableName("public", "t"));
    assertEquals(List.of(), destination.compare(source, table).tableDifferences());
    assertEquals("5", destination.answer("SELECT count(*) FROM t"));
  }

  @ParameterizedTest
  @EnumSource
  void ignoredColumnsAreLeftOutOfRows(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      leaveOutIgnoredColumns(source, destination);
    }
  }

  @EachMysql
  void ignoredColumnsAreLeftOutOfRowsInMysql(Database source, MysqlDatabase database)
      throws Exception {
    leaveOutIgnoredColumns(source, new MysqlCopy(database));
  }

  private static void leaveOutIgnoredColumns(Database source, Destination destination)
      throws Exception {
    create(source);
    try (RunningFeed feed = start(source, destination, IGNORE)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute(
          "ALTER TABLE t ADD COLUMN more text DEFAULT 'm'; INSERT INTO t VALUES (9, 1, 2, 'n');"
              + " UPDATE t SET more = 'o', z = 5 WHERE id = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    try (RunningFeed feed = start(source, destination, IGNORE)) {
      source.execute("UPDATE t SET a = 7, more = NULL WHERE id = 9");
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    assertEquals("1, 9", ids(destination));
    assertEquals("5", destination.answer("SELECT z FROM t WHERE id = 1"));
    assertEquals("7", destination.answer("SELECT a FROM t WHERE id = 9"));
    assertEquals(3, columns(destination));
  }

  /** Nothing is lost unless somebody says so; a column of the same name begins empty. */
  @ParameterizedTest
  @EnumSource
  void aDroppedColumnStaysWithWhatItHas(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      keepADroppedColumn(source, destination);
    }
  }

  @EachMysql
  void aDroppedColumnStaysWithWhatItHasInMysql(Database source, MysqlDatabase database)
      throws Exception {
    keepADroppedColumn(source, new MysqlCopy(database));
  }

  private static void keepADroppedColumn(Database source, Destination destination)
      throws Exception {
    create(source);
    try (RunningFeed feed = start(source, destination, DdlPolicies.DEFAULT)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute("ALTER TABLE t DROP COLUMN a; INSERT INTO t VALUES (9, 1)");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("1", destination.answer("SELECT a FROM t WHERE id = 1"));
      assertEquals("1", destination.answer("SELECT count(*) FROM t WHERE id = 9 AND a IS NULL"));
      source.execute("ALTER TABLE t ADD COLUMN a int DEFAULT 4; INSERT INTO t VALUES (10, 2, 6)");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("4", destination.answer("SELECT a FROM t WHERE id = 1"));
      assertEquals("4", destination.answer("SELECT a FROM t WHERE id = 9"));
      assertEquals("6", destination.answer("SELECT a FROM t WHERE id = 10"));
    }
  }

  /** Whether the ledger remembers the column or not, and whatever type it had. */
  @ParameterizedTest
  @EnumSource
  void aColumnThatComesAgainHasWhatTheNewOneHas(Kind kind, Database source) throws Exception {
    create(source);
    try (Destination destination = kind.create(directory, source.server());
        RunningFeed feed = start(source, destination, DdlPolicies.DEFAULT)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute(
          "ALTER TABLE t DROP COLUMN a; INSERT INTO t VALUES (9, 1);"
              + " ALTER TABLE t ADD COLUMN a text DEFAULT 'x'; INSERT INTO t VALUES (10, 2, 'y')");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("x", destination.answer("SELECT a FROM t WHERE id = 1"));
      assertEquals("y", destination.answer("SELECT a FROM t WHERE id = 10"));
      source.execute("ALTER TABLE t DROP COLUMN a; INSERT INTO t VALUES (11, 1)");
      feed.awaitDurable(FeedSetup.walEnd(source));
      try (Connection connection = source.connect()) {
        new ReloadRequest(source.name(), new TableId("public", "t")).send(connection);
      }
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute(
          "ALTER TABLE t ADD COLUMN a text DEFAULT 'z'; INSERT INTO t VALUES (12, 2, 'y')");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("z", destination.answer("SELECT a FROM t WHERE id = 1"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatComesAgainIsFoundDoneToo(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      findDoneWhatComesAgain(source, destination);
    }
  }

  @EachMysql
  void whatComesAgainIsFoundDoneInMysqlToo(Database source, MysqlDatabase database)
      throws Exception {
    findDoneWhatComesAgain(source, new MysqlCopy(database));
  }

  private static void findDoneWhatComesAgain(Database source, Destination destination)
      throws Exception {
    create(source);
    haltThenDo(source, destination, "ALTER TABLE t DROP COLUMN a; INSERT INTO t VALUES (9, 1)");
    destination.execute("ALTER TABLE t DROP COLUMN a");
    haltThenDo(
        source,
        destination,
        "ALTER TABLE t ADD COLUMN a int DEFAULT 4; DELETE FROM t WHERE id = 9");
    destination.execute("ALTER TABLE t ADD COLUMN a int");
    try (RunningFeed feed = start(source, destination, HALT)) {
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    assertEquals("1, 1", ids(destination));
    assertEquals("4", destination.answer("SELECT a FROM t WHERE id = 1"));
  }

  private static void haltThenDo(Database source, Destination destination, String ddl)
      throws Exception {
    try (RunningFeed feed = start(source, destination, HALT)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute(ddl + "; UPDATE t SET z = 3 WHERE id = 1");
      assertEquals(ErrorCode.DESTINATION_DDL_HALTED, feed.awaitFailure().code());
    }
  }

  /** The catalog does not tell it of a table that was rewritten since. */
  @ParameterizedTest
  @EnumSource
  void aTableIsLoadedAgainIfNobodyKnowsWhatANewColumnHas(Kind kind, Database source)
      throws Exception {
    create(source);
    try (Destination destination = kind.create(directory, source.server());
        RunningFeed feed = start(source, destination, DdlPolicies.DEFAULT)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      source.execute(
          "ALTER TABLE t ADD COLUMN more int DEFAULT (random() * 0 + 3); ALTER TABLE t DROP COLUMN"
              + " a; INSERT INTO t VALUES (9, 1, 2)");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("3", destination.answer("SELECT more FROM t WHERE id = 1"));
      assertEquals("2", destination.answer("SELECT more FROM t WHERE id = 9"));
    }
  }

  private static String ids(Destination destination) throws Exception {
    return destination.answer("SELECT min(id) FROM t")
        + ", "
        + destination.answer("SELECT max(id) FROM t");
  }

  private static int columns(Destination destination) throws Exception {
    try (var connection = destination.connect();
        var statement = connection.createStatement();
        var result = statement.executeQuery("SELECT * FROM t")) {
      return result.getMetaData().getColumnCount();
    }
  }

  private static void create(Database source) throws Exception {
    source.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 1 NOT NULL, z int);"
            + " INSERT INTO t VALUES (1, 1, 1)");
  }

  static RunningFeed start(Database source, Destination destination, DdlPolicies ddl) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        () -> sink(destination, ddl));
  }

  static Sink sink(Destination destination, DdlPolicies ddl) {
    return switch (destination) {
      case Destination.SqliteFile(Path file) ->
          new SqliteSink(file, SqliteSettings.DEFAULT.withDdl(ddl));
      case Destination.PostgresDatabase(Database database) ->
          new PostgresSink(
              FeedSetup.connector(database.uri()), PostgresSinkSettings.DEFAULT.withDdl(ddl));
      case MysqlCopy mysql -> mysql.sink(ddl);
      case SqlServerCopy sqlServer -> sqlServer.sink();
      case Destination.Tolerant tolerant -> tolerant.sink();
      case Destination.Lanes lanes -> lanes.sink();
      case Destination.Through through -> sink(through.plain(), ddl);
      case Destination.LinesFile lines -> lines.sink();
      case KafkaTopics topics -> topics.sink();
    };
  }
}
