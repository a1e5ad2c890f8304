package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.LinesFile;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.ddl.DdlInstallation;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Sink;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.TablePolicies;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tables that are made, dropped and rewritten are so at the destination, where the source tells.
 */
final class ToldTablesTest {
  private static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, s text);
      INSERT INTO t SELECT i, i, 's ' || i FROM generate_series(1, 50) i;
      """;

  /** Each is one transaction; none has a row behind the rewrite that could show it. */
  private static final List<String> STEPS =
      List.of(
          "UPDATE t SET n = 0 WHERE id = 1; CREATE TABLE a (id int PRIMARY KEY, x text)",
          "CREATE TABLE b AS SELECT i AS id, 'b ' || i AS x FROM generate_series(1, 20) i; ALTER"
              + " TABLE b ADD PRIMARY KEY (id); INSERT INTO b VALUES (100, 'more'); UPDATE b SET x"
              + " = 'u' WHERE id = 3",
          "INSERT INTO a VALUES (1, 'x'); UPDATE b SET x = 'v' WHERE id = 4",
          "UPDATE a SET x = 'y'; DROP TABLE a; UPDATE t SET s = NULL WHERE id = 2",
          "CREATE TABLE a (k bigint PRIMARY KEY, y int DEFAULT 3); INSERT INTO a VALUES (1)",
          "ALTER TABLE t ALTER n TYPE bigint USING n * 2 + 1",
          "ALTER TABLE t ADD v int DEFAULT (random() * 0 + 5)::int",
          "CREATE TABLE gone (id int PRIMARY KEY); INSERT INTO gone VALUES (1); DROP TABLE gone",
          "DELETE FROM b WHERE id < 5; DROP TABLE b; CREATE TABLE b (id int PRIMARY KEY, z text);"
              + " INSERT INTO b VALUES (1, 'new'); UPDATE t SET n = -1 WHERE id = 3",
          "SAVEPOINT s; DROP TABLE a; ROLLBACK TO s; UPDATE a SET y = 4; DELETE FROM t WHERE id ="
              + " 50; INSERT INTO b VALUES (2, 'two')");

  private static final List<TableName> TABLES =
      List.of(
          new TableName("public", "t"), new TableName("public", "a"), new TableName("public", "b"));

  @TempDir Path directory;

  enum Manner {
    LIVE,
    BACKLOG,
    RESTARTS,
    ONE_TRANSACTION
  }

  @Postgres(14)
  @ParameterizedTest
  @EnumSource
  void followsTables(Manner manner, Database source) throws Exception {
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      follow(manner, source, destination);
    }
  }

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void followsTablesIntoPostgres(Manner manner, Database source) throws Exception {
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      follow(manner, source, destination);
    }
  }

  @Postgres(18)
  @EachMysql
  void followsTablesIntoMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.LIVE, source, new MysqlCopy(database));
  }

  @Postgres(18)
  @EachMysql
  void followsABacklogIntoMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.BACKLOG, source, new MysqlCopy(database));
  }

  @Postgres(18)
  @EachMysql
  void followsRestartsIntoMysql(Database source, MysqlDatabase database) throws Exception {
    follow(Manner.RESTARTS, source, new MysqlCopy(database));
  }

  /** Nobody takes for his own what somebody else has made since. */
  @Postgres(18)
  @EachMysql
  void oneThatIsMadeByHandSinceItCouldNotBeMadeIsTaken(Database source, MysqlDatabase database)
      throws Exception {
    install(source, source.name());
    MysqlCopy destination = new MysqlCopy(database);
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (RunningFeed feed =
        RunningFeed.start(
            settings,
            FeedSetup.connector(source.uri()),
            () -> new RefusingSink(destination.sink()))) {
      feed.awaitFollowing();
      transact(
          source,
          "CREATE TABLE byhand (id int PRIMARY KEY, x text); INSERT INTO byhand VALUES (1, 'x')");
      WalferryException failure = feed.awaitFailure();
      assertEquals(ErrorCode.DESTINATION_UNWRITABLE, failure.code(), failure.toString());
    }
    destination.execute("CREATE TABLE byhand (id int PRIMARY KEY, x mediumtext)");
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    List<TableName> made = List.of(new TableName("public", "byhand"));
    assertEquals(List.of(), destination.compare(source, made).tableDifferences());
    assertEquals(
        "mediumtext",
        destination.answer(
            "SELECT data_type FROM information_schema.columns WHERE table_schema = database()"
                + " AND table_name = 'byhand' AND column_name = 'x'"));
  }

  /** A server that does not let a table be made. */
  private record RefusingSink(Sink target) implements ForwardingSink {
    @Override
    public void prepare(List<PublishedTable> tables) {
      if (tables.stream().anyMatch(table -> table.table().name().equals("byhand"))) {
        throw new WalferryException(ErrorCode.DESTINATION_UNWRITABLE, "it may not be made");
      }
      target.prepare(tables);
    }
  }

  private static void follow(Manner manner, Database source, Destination destination)
      throws Exception {
    String name = source.name() + "_" + manner.name().toLowerCase(Locale.ROOT);
    install(source, name);
    PipelineSettings settings = FeedSetup.settings(name, List.of("public.*"));
    try (RunningFeed feed =
        RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink)) {
      feed.awaitFollowing();
      switch (manner) {
        case LIVE -> {
          for (String step : STEPS) {
            transact(source, step);
            awaitLoaded(feed, source);
          }
        }
        case ONE_TRANSACTION -> {
          transact(source, String.join("; ", STEPS));
          awaitLoaded(feed, source);
        }
        case BACKLOG, RESTARTS -> feed.awaitDurable(FeedSetup.walEnd(source));
      }
    }
    if (manner == Manner.BACKLOG || manner == Manner.RESTARTS) {
      for (String step : STEPS) {
        transact(source, step);
        if (manner == Manner.RESTARTS) {
          FeedSetup.catchUp(settings, source, List.of(destination::sink));
        }
      }
    }
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    assertEquals(List.of(), destination.compare(source, TABLES).tableDifferences());
    assertMissing(destination, "gone");
    assertEquals(
        "0",
        destination.answer(
            "SELECT count(*) FROM "
                + destination.positionTable().replace("position", "ledger")
                + " WHERE kind <> 'table' OR table_name = 'gone'"));
  }

  /** The catalog says no more what has become of its rows, and the stream will drop it. */
  @Postgres(18)
  @Test
  void aTableThatWasRewrittenAndIsGoneByNowIsDropped(Database source) throws Exception {
    install(source, source.name());
    source.execute("CREATE TABLE kept (id int PRIMARY KEY)");
    try (Destination destination = Kind.POSTGRES.create(directory, source.server());
        RunningFeed feed = DdlPolicyTest.start(source, destination, FeedSetup.DDL);
        Connection holder = destination.connect();
        Statement held = holder.createStatement()) {
      feed.awaitFollowing();
      awaitLoaded(feed, source);
      holder.setAutoCommit(false);
      held.execute("SELECT FROM walferry.position FOR UPDATE");
      source.execute("INSERT INTO kept VALUES (1)");
      transact(source, "ALTER TABLE t ALTER n TYPE text; INSERT INTO t VALUES (100, 'a')");
      transact(source, "DROP TABLE t; INSERT INTO kept VALUES (2)");
      holder.commit();
      awaitLoaded(feed, source);
      assertMissing(destination, "t");
      assertEquals("2", destination.answer("SELECT count(*) FROM kept"));
      assertEquals(List.of(), feed.retries());
    }
  }

  /** The feed still judges changes of what it has just read, and then there is nothing to judge. */
  @Postgres(18)
  @Test
  void whatComesBehindATableThatIsGoneKeepsItsTransaction(Database source) throws Exception {
    install(source, source.name());
    source.execute("CREATE TABLE kept (id int PRIMARY KEY)");
    Path lines = directory.resolve("copy.jsonl");
    AtomicBoolean made = new AtomicBoolean();
    Runnable behindTheLoad =
        () -> {
          if (made.getAndSet(false)) {
            drop(source);
          }
        };
    try (Destination destination = new LinesFile(lines);
        RunningFeed feed =
            RunningFeed.start(
                FeedSetup.oneReader(source.name(), List.of("public.*")),
                FeedSetup.connector(source.uri()),
                () -> new ActingSink(destination.sink(), behindTheLoad))) {
      feed.awaitFollowing();
      awaitLoaded(feed, source);
      made.set(true);
      source.execute("CREATE TABLE a AS SELECT 1 AS id");
      awaitLoaded(feed, source);
      assertEquals(
          List.of(),
          destination.compare(source, List.of(new TableName("public", "kept"))).tableDifferences());
      assertFalse(made.get());
      assertEquals(2, commits(lines).size());
    }
  }

  /** Of the transactions that rows were inserted in. */
  private static Set<String> commits(Path lines) throws IOException {
    return Files.readAllLines(lines).stream()
        .filter(line -> line.startsWith("{\"op\":\"insert\""))
        .map(line -> line.replaceFirst(".*\"lsn\":\"([^\"]*)\".*", "$1"))
        .collect(Collectors.toSet());
  }

  private static void drop(Database source) {
    try {
      source.execute("DROP TABLE a");
      source.execute("INSERT INTO kept VALUES (2)");
      source.execute("INSERT INTO kept VALUES (3)");
    } catch (SQLException e) {
      throw new IllegalStateException("Could not drop a table", e);
    }
  }

  /** Does something once a load is durable, and nobody reads any more. */
  private record ActingSink(Sink target, Runnable act) implements ForwardingSink {
    @Override
    public ChunkWriter chunkWriter() {
      return new ActingWriter(target.chunkWriter(), act);
    }
  }

  private record ActingWriter(ChunkWriter target, Runnable act) implements ForwardingChunkWriter {
    @Override
    public void close() {
      target.close();
      act.run();
    }
  }

  /** Without a row. */
  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void aTableIsThereBeforeItsFirstRow(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      makeATableWithoutARow(source, destination);
    }
  }

  @Postgres(18)
  @EachMysql
  void aTableIsThereBeforeItsFirstRowInMysql(Database source, MysqlDatabase database)
      throws Exception {
    makeATableWithoutARow(source, new MysqlCopy(database));
  }

  private static void makeATableWithoutARow(Database source, Destination destination)
      throws Exception {
    install(source, source.name());
    try (RunningFeed feed = DdlPolicyTest.start(source, destination, DdlPolicies.DEFAULT)) {
      feed.awaitFollowing();
      source.execute("CREATE TABLE a (id int PRIMARY KEY)");
      awaitLoaded(feed, source);
      assertEquals("0", destination.answer("SELECT count(*) FROM a"));
      source.execute("DROP TABLE a");
      awaitLoaded(feed, source);
      assertEquals("0", destination.answer("SELECT count(*) FROM a"), "it stays unless told so");
    }
  }

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void newTablesAreLeftOutIfTheyAreIgnored(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      leaveOutIgnoredTables(source, destination);
    }
  }

  @Postgres(18)
  @EachMysql
  void newTablesAreLeftOutOfMysqlIfTheyAreIgnored(Database source, MysqlDatabase database)
      throws Exception {
    leaveOutIgnoredTables(source, new MysqlCopy(database));
  }

  private static void leaveOutIgnoredTables(Database source, Destination destination)
      throws Exception {
    install(source, source.name());
    DdlPolicies ignore =
        DdlPolicies.DEFAULT.with(
            new TablePolicies(DdlPolicy.IGNORE, DdlPolicy.IGNORE, DdlPolicy.APPLY));
    try (RunningFeed feed = DdlPolicyTest.start(source, destination, ignore)) {
      feed.awaitFollowing();
      source.execute("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)");
      awaitLoaded(feed, source);
    }
    try (RunningFeed feed = DdlPolicyTest.start(source, destination, ignore)) {
      source.execute("INSERT INTO a VALUES (2); UPDATE t SET n = 7");
      awaitLoaded(feed, source);
    }
    assertMissing(destination, "a");
    assertEquals("7", destination.answer("SELECT min(n) FROM t"));
  }

  /** Whoever does by hand what the message says can go on. */
  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void haltsUntilItWasDoneByHand(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      haltUntilDoneByHand(source, destination);
    }
  }

  @Postgres(18)
  @EachMysql
  void haltsUntilItWasDoneByHandInMysql(Database source, MysqlDatabase database) throws Exception {
    haltUntilDoneByHand(source, new MysqlCopy(database));
  }

  private static void haltUntilDoneByHand(Database source, Destination destination)
      throws Exception {
    install(source, source.name());
    DdlPolicies halt =
        DdlPolicies.DEFAULT.with(new TablePolicies(DdlPolicy.HALT, DdlPolicy.HALT, DdlPolicy.HALT));
    try (RunningFeed feed = DdlPolicyTest.start(source, destination, halt)) {
      feed.awaitFollowing();
      source.execute("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)");
      destination.execute(statement(feed.awaitFailure(), "CREATE TABLE"));
    }
    try (RunningFeed feed = DdlPolicyTest.start(source, destination, halt)) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET n = 8; DROP TABLE a");
      destination.execute(statement(feed.awaitFailure(), "DROP TABLE"));
    }
    try (RunningFeed feed = DdlPolicyTest.start(source, destination, halt)) {
      awaitLoaded(feed, source);
    }
    assertMissing(destination, "a");
    assertEquals("8", destination.answer("SELECT min(n) FROM t"));
  }

  private static String statement(WalferryException failure, String begins) {
    assertEquals(ErrorCode.DESTINATION_DDL_HALTED, failure.code(), failure.toString());
    String message = failure.getMessage();
    assertTrue(message.contains("run: " + begins), message);
    return message.substring(message.indexOf(begins), message.lastIndexOf(';'));
  }

  private static void assertMissing(Destination destination, String table) {
    assertThrows(
        SQLException.class, () -> destination.answer("SELECT count(*) FROM " + table), table);
  }

  private static void install(Database source, String publication) throws Exception {
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute(TABLE + "CREATE PUBLICATION \"" + publication + "\" FOR ALL TABLES");
  }

  private static void transact(Database source, String step) throws SQLException {
    source.execute("BEGIN; " + step + "; COMMIT");
  }

  /** What a commit wants loaded is there before the next one. */
  private static void awaitLoaded(RunningFeed feed, Database source) throws Exception {
    feed.awaitDurable(FeedSetup.walEnd(source));
    feed.awaitDurable(FeedSetup.walEnd(source));
  }
}
