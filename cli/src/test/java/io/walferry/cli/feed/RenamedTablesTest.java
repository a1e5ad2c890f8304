package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.ddl.DdlInstallation;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.publication.TablePattern;
import io.walferry.sink.Sink;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.TablePolicies;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.transform.TableMapping;
import io.walferry.transform.TableRule;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.TransformedSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that get other names and schemas do so at the destination, where the source tells. */
final class RenamedTablesTest {
  private static final String TABLES =
      """
      CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, s text);
      INSERT INTO t SELECT i, i, 's ' || i FROM generate_series(1, 50) i;
      CREATE TABLE s (id int PRIMARY KEY, x text);
      INSERT INTO s SELECT i, 'x ' || i FROM generate_series(1, 20) i;
      """;

  /** Each is one transaction. */
  private static final List<String> STEPS =
      List.of(
          "UPDATE t SET n = 0 WHERE id = 1; ALTER TABLE t RENAME TO r; UPDATE r SET n = 1 WHERE id"
              + " = 2; INSERT INTO r VALUES (100, 1, 'more')",
          "ALTER TABLE r RENAME TO swap; ALTER TABLE s RENAME TO r; ALTER TABLE swap RENAME TO s;"
              + " UPDATE r SET x = 'swapped' WHERE id = 1; UPDATE s SET n = 5 WHERE id = 3",
          "ALTER TABLE s RENAME TO old; CREATE TABLE s (id int PRIMARY KEY, z text); INSERT INTO s"
              + " VALUES (1, 'new'); DELETE FROM old WHERE id = 4",
          "CREATE SCHEMA moved; ALTER TABLE old SET SCHEMA moved; UPDATE moved.old SET n = 6 WHERE"
              + " id = 5",
          "ALTER SCHEMA moved RENAME TO other; UPDATE other.old SET s = NULL WHERE id = 6",
          "ALTER TABLE r RENAME TO gone; INSERT INTO gone VALUES (200, 'y'); DROP TABLE gone",
          "ALTER TABLE other.old SET SCHEMA public; ALTER TABLE old RENAME TO t; ALTER TABLE t"
              + " RENAME n TO m; ALTER TABLE t ADD v int DEFAULT 3; UPDATE t SET m = 2 WHERE id ="
              + " 7",
          "SAVEPOINT a; ALTER TABLE t RENAME TO nope; ROLLBACK TO a; UPDATE t SET m = 9 WHERE id ="
              + " 8; DELETE FROM s; INSERT INTO s VALUES (2, 'two')",
          "ALTER TABLE t ALTER m TYPE bigint USING m * 2; ALTER TABLE t RENAME TO fin; INSERT INTO"
              + " fin (id, m) VALUES (200, 1)");

  private static final List<TableName> LEFT =
      List.of(new TableName("public", "fin"), new TableName("public", "s"));

  @TempDir Path directory;

  enum Manner {
    LIVE,
    BACKLOG,
    RESTARTS,
    ONE_TRANSACTION
  }

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void followsNames(Manner manner, Database source) throws Exception {
    try (Destination destination = Kind.SQLITE.create(directory, source.server())) {
      follow(manner, source, destination);
    }
  }

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void followsNamesIntoPostgres(Manner manner, Database source) throws Exception {
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      follow(manner, source, destination);
    }
  }

  @Postgres(18)
  @EachMysql
  void followsNamesIntoMysql(Database source, MysqlDatabase database) throws Exception {
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

  private static void follow(Manner manner, Database source, Destination destination)
      throws Exception {
    String name = source.name() + "_" + manner.name().toLowerCase(Locale.ROOT);
    install(source, name);
    PipelineSettings settings = FeedSetup.settings(name, List.of("*.*"));
    try (RunningFeed feed = start(settings, source, destination::sink)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      if (manner == Manner.LIVE) {
        for (String step : STEPS) {
          transact(source, step);
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
      }
    }
    if (manner == Manner.ONE_TRANSACTION) {
      transact(source, String.join("; ", STEPS));
    } else if (manner != Manner.LIVE) {
      for (String step : STEPS) {
        transact(source, step);
        if (manner == Manner.RESTARTS) {
          FeedSetup.catchUp(settings, source, List.of(destination::sink));
        }
      }
    }
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    assertEquals(List.of(), destination.compare(source, LEFT).tableDifferences());
    for (String former : List.of("t", "r", "old", "gone", "swap", "nope")) {
      assertMissing(destination, former);
    }
    assertEquals("2", destination.answer("SELECT count(*) FROM " + ledger(destination)));
  }

  private static String ledger(Destination destination) {
    return destination.positionTable().replace("position", "ledger");
  }

  /**
   * The first table that is made is read as it is when it is met, under the name that it gets back
   * at the end; so the one that has that name meanwhile keeps its former one here, to which another
   * one comes.
   */
  private static final List<String> CROWDED =
      List.of(
          "CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (1)",
          "ALTER TABLE c RENAME TO e; INSERT INTO e VALUES (2)",
          "ALTER TABLE t RENAME TO c; UPDATE c SET n = 8 WHERE id = 1",
          "CREATE TABLE t (id int PRIMARY KEY, other text); INSERT INTO t VALUES (1, 'x')",
          "INSERT INTO t VALUES (2, 'y'); UPDATE c SET n = 9 WHERE id = 2",
          "ALTER TABLE c RENAME TO d; DELETE FROM d WHERE id = 3",
          "ALTER TABLE e RENAME TO c; INSERT INTO c VALUES (3)");

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void oneThatComesToANameThatIsNotFreeHereYetIsFollowed(Kind kind, Database source)
      throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      crowd(source, destination);
    }
  }

  @Postgres(18)
  @EachMysql
  void oneThatComesToANameThatIsNotFreeInMysqlYetIsFollowed(Database source, MysqlDatabase database)
      throws Exception {
    crowd(source, new MysqlCopy(database));
  }

  private static void crowd(Database source, Destination destination) throws Exception {
    install(source, source.name());
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("*.*"));
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    for (String step : CROWDED) {
      transact(source, step);
    }
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    List<TableName> tables =
        Stream.of("c", "d", "s", "t").map(name -> new TableName("public", name)).toList();
    assertEquals(List.of(), destination.compare(source, tables).tableDifferences());
  }

  /** Whoever does by hand what the message says can go on. */
  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void haltsUntilItWasDoneByHand(Kind kind, Database source) throws Exception {
    install(source, source.name());
    DdlPolicies halt =
        DdlPolicies.DEFAULT.with(
            new TablePolicies(DdlPolicy.APPLY, DdlPolicy.IGNORE, DdlPolicy.HALT));
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed = DdlPolicyTest.start(source, destination, halt)) {
        feed.awaitFollowing();
        transact(source, "UPDATE t SET n = 7; ALTER TABLE t RENAME TO r; UPDATE r SET n = n + 1");
        String message = halted(feed);
        assertEquals("7", destination.answer("SELECT min(n) FROM t"));
        destination.execute(message.substring(message.indexOf("ALTER TABLE")));
      }
      try (RunningFeed feed = DdlPolicyTest.start(source, destination, halt)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("8", destination.answer("SELECT max(n) FROM r"));
    }
  }

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void haltsAtATableOfThatName(Kind kind, Database source) throws Exception {
    install(source, source.name());
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed = DdlPolicyTest.start(source, destination, DdlPolicies.DEFAULT)) {
        feed.awaitFollowing();
        destination.execute("CREATE TABLE r (id int)");
        transact(source, "ALTER TABLE t RENAME TO r; UPDATE r SET n = 4");
        assertTrue(halted(feed).contains("another one"));
      }
      destination.execute("DROP TABLE r");
      try (RunningFeed feed = DdlPolicyTest.start(source, destination, DdlPolicies.DEFAULT)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("4", destination.answer("SELECT max(n) FROM r"));
    }
  }

  /** As a table does that leaves the publication. */
  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void leavesTheFeedUnderANameThatIsNotSelected(Kind kind, Database source) throws Exception {
    install(source, source.name());
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (Destination destination = kind.create(directory, source.server());
        RunningFeed feed = start(settings, source, destination::sink)) {
      feed.awaitFollowing();
      transact(
          source,
          "CREATE SCHEMA away; UPDATE t SET n = 1; ALTER TABLE t SET SCHEMA away; UPDATE away.t SET"
              + " n = 2; UPDATE s SET x = 'on'");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("1", destination.answer("SELECT max(n) FROM t"));
      assertEquals("on", destination.answer("SELECT max(x) FROM s"));
      String kinds = "SELECT max(kind) FROM " + ledger(destination) + " WHERE table_name = ";
      assertEquals("left", destination.answer(kinds + "'t'"));
      assertEquals("table", destination.answer(kinds + "'s'"));
      assertEquals("2", destination.answer("SELECT count(*) FROM " + ledger(destination)));
    }
  }

  @Postgres(18)
  @Test
  void lettersMoveWithTheirTable(Database source) throws Exception {
    install(source, source.name());
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (Destination plain = Kind.POSTGRES.create(directory, source.server());
        RunningFeed feed = start(settings, source, new Destination.Tolerant(plain)::sink)) {
      feed.awaitFollowing();
      plain.execute("ALTER TABLE t ADD CHECK (n < 1000)");
      transact(source, "UPDATE t SET n = 2000 WHERE id = 1; ALTER TABLE t RENAME TO r");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("r", plain.answer("SELECT min(table_name) FROM walferry.dead_letter"));
      source.execute("TRUNCATE r");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("0", plain.answer("SELECT count(*) FROM walferry.dead_letter"));
    }
  }

  @Postgres(18)
  @Test
  void lanesGoOnUnderTheNewName(Database source) throws Exception {
    install(source, source.name());
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (Destination plain = Kind.POSTGRES.create(directory, source.server());
        RunningFeed feed = start(settings, source, new Destination.Lanes(plain)::sink)) {
      feed.awaitFollowing();
      transact(source, "UPDATE t SET n = 2 WHERE id = 1");
      transact(source, "ALTER TABLE t RENAME TO r; UPDATE r SET n = 3 WHERE id = 1");
      transact(source, "UPDATE r SET n = n + 1 WHERE id = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("4", plain.answer("SELECT n FROM r WHERE id = 1"));
    }
  }

  @Postgres(18)
  @Test
  void linesAreToldUnderTheNewName(Database source) throws Exception {
    install(source, source.name());
    Destination.LinesFile lines = new Destination.LinesFile(directory.resolve("copy.jsonl"));
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (RunningFeed feed = start(settings, source, lines::sink)) {
      feed.awaitFollowing();
      transact(source, "ALTER TABLE t RENAME TO renamed; UPDATE renamed SET n = 77 WHERE id = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    String last = String.join("", Files.readAllLines(lines.files().getLast()));
    assertTrue(last.contains("\"table\":\"renamed\""), "told under the name of then");
  }

  /** The destination's name is what the new one is mapped to. */
  @Postgres(18)
  @Test
  void namesAreMapped(Database source) throws Exception {
    install(source, source.name());
    TransformSettings mapped =
        new TransformSettings(
            new TableMapping(Map.of(), Map.of(id("r"), id("shown"), id("s"), id("kept"))),
            List.of(TableRule.forTables(TablePattern.parse("public.s")).dropping("x")));
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (Destination plain = Kind.SQLITE.create(directory, source.server());
        RunningFeed feed =
            start(settings, source, () -> new TransformedSink(plain.sink(), mapped))) {
      feed.awaitFollowing();
      transact(source, "ALTER TABLE t RENAME TO r; UPDATE r SET n = 4");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("4", plain.answer("SELECT max(n) FROM shown"));
      transact(source, "ALTER TABLE s RENAME TO plain");
      WalferryException failure = feed.awaitFailure();
      assertEquals(ErrorCode.CONFIGURATION_INVALID, failure.code(), failure.toString());
      assertTrue(failure.getMessage().contains("name both"), failure.getMessage());
    }
  }

  private static TableId id(String name) {
    return new TableId("public", name);
  }

  private static String halted(RunningFeed feed) {
    WalferryException failure = feed.awaitFailure();
    assertEquals(ErrorCode.DESTINATION_DDL_HALTED, failure.code(), failure.toString());
    return String.valueOf(failure.getMessage());
  }

  private static void assertMissing(Destination destination, String table) {
    assertThrows(
        SQLException.class, () -> destination.answer("SELECT count(*) FROM " + table), table);
  }

  private static RunningFeed start(
      PipelineSettings settings, Database source, Supplier<Sink> sink) {
    return RunningFeed.start(settings, FeedSetup.connector(source.uri()), sink);
  }

  private static void install(Database source, String publication) throws Exception {
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute(TABLES + "CREATE PUBLICATION \"" + publication + "\" FOR ALL TABLES");
  }

  private static void transact(Database source, String step) throws SQLException {
    source.execute("BEGIN; " + step + "; COMMIT");
  }
}
