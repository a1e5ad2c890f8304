package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.error.ErrorCode;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Transactions that are open, or committed but not seen, while rows are read. */
@Postgres
final class OpenTransactionTest {
  private static final String MIXED =
      """
      UPDATE t SET n = n + 100;
      UPDATE t SET id = 11 WHERE id = 400;
      UPDATE t SET id = 401 WHERE id = 10;
      DELETE FROM t WHERE id IN (20, 390);
      INSERT INTO t VALUES (400, 1, 'new');
      """;

  private static final long TWO_CHUNKS_BYTES = 120 << 10;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void beganBeforeTheSlotWasMade(Kind kind, Database source) throws Exception {
    source.execute(ChunkedLoadTest.TABLE);
    try (Destination destination = kind.create(directory, source.server());
        HeldTransaction held = HeldTransaction.begin(source, MIXED)) {
      held.commitWhenWaitedFor();
      try (RunningFeed feed = start(source, destination, new ChunkSteps())) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, destination, "t");
    }
  }

  /** The last one finds a table that was just made with other columns. */
  private static final List<String> MEANWHILE =
      List.of(
          "ALTER TABLE t ALTER n TYPE int USING n + 1000; UPDATE t SET n = 1 WHERE id < 200",
          "TRUNCATE t; INSERT INTO t VALUES (7, 7, 'seven')",
          "ALTER TABLE t ALTER n TYPE bigint; ALTER TABLE t DROP big; ALTER TABLE t ADD more text"
              + " NOT NULL DEFAULT 'more'");

  @ParameterizedTest
  @FieldSource("MEANWHILE")
  void altersATableWhileTheSlotIsMade(String statements, Database source) throws Exception {
    for (Kind kind : Kind.values()) {
      try (Destination destination = kind.create(directory, source.server())) {
        alter(statements, source, destination);
      }
      source.execute(
          "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
              + " WHERE database = current_database(); DROP PUBLICATION \""
              + source.name()
              + "\"");
    }
  }

  @EachMysql
  void altersATableWhileTheSlotIsMadeForMysql(Database source, MysqlDatabase database)
      throws Exception {
    alter(MEANWHILE.getLast(), source, new MysqlCopy(database));
  }

  private static void alter(String statements, Database source, Destination destination)
      throws Exception {
    source.execute("DROP TABLE IF EXISTS t; " + ChunkedLoadTest.TABLE);
    ChunkSteps steps =
        new ChunkSteps()
            .beforeSlot(() -> HeldTransaction.begin(source, statements).commitWhenWaitedFor());
    try (RunningFeed feed = start(source, destination, steps)) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET n = n + 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertTrue(
          feed.retries().stream().anyMatch(cause -> cause.code() == ErrorCode.SOURCE_SCHEMA_MOVING),
          feed.retries()::toString);
    }
    assertEqual(source, destination, "t");
  }

  /**
   * A reader that has its snapshot before its lock would find an empty table; nobody would notice
   * if no other chunk is read after it.
   */
  @ParameterizedTest
  @EnumSource
  void rewritesTheTableWhileTheLastReaderWaitsForIt(Kind kind, Database source) throws Exception {
    source.execute(ChunkedLoadTest.TABLE);
    try (Destination destination = kind.create(directory, source.server());
        HeldTransaction held = HeldTransaction.begin(source, "SELECT")) {
      // It must not be open while the slot is made.
      held.commit();
      ChunkSteps steps =
          new ChunkSteps()
              .beforeChunk(
                  "t",
                  1,
                  () -> {
                    held.execute("ALTER TABLE t ALTER n TYPE int USING n + 1000");
                    held.commitWhen(HeldTransaction.READER_WAITS);
                  });
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.oneReader(source.name(), List.of("public.*"), TWO_CHUNKS_BYTES),
              FeedSetup.connector(source.uri()),
              () -> steps.around(destination.sink()))) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      steps.requireAllDone();
      assertEquals(4, steps.chunksOf("t"), "two chunks, and once more");
      assertEqual(source, destination, "t");
    }
  }

  /** The stream has it long before, so an LSN would tell that the reads had seen it. */
  @ParameterizedTest
  @EnumSource
  void hasCommittedBeforeSnapshotsSeeIt(Kind kind) throws Exception {
    try (PostgresServer server = serverWithoutItsStandby();
        Database source = server.createDatabase("unseen");
        Destination destination = kind.create(directory, server)) {
      source.execute(ChunkedLoadTest.TABLE);
      try (HeldTransaction some = HeldTransaction.begin(source, "SELECT");
          HeldTransaction none = HeldTransaction.begin(source, "SELECT")) {
        some.commit();
        none.commit();
        ChunkSteps steps =
            new ChunkSteps()
                .beforeChunk(
                    "t",
                    1,
                    () -> {
                      some.execute(MIXED);
                      some.commitUnseen();
                      none.execute("INSERT INTO t VALUES (15, 1, 'a'), (405, 1, 'b')");
                      none.commitUnseen();
                      // One that is seen comes after them, so they are among those in progress.
                      source.execute("INSERT INTO t VALUES (16, 1, 'c'), (406, 1, 'd')");
                    })
                .beforeChunk("t", 3, some::release);
        try (RunningFeed feed = start(source, destination, steps)) {
          feed.awaitFollowing();
          feed.awaitDurable(FeedSetup.walEnd(source));
          none.release();
          source.execute("UPDATE t SET n = n + 1");
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
        steps.requireAllDone();
        assertEqual(source, destination, "t");
      }
    }
  }

  /**
   * The slot's snapshot is made of the log and has what no other snapshot sees yet; it is not in
   * the stream, so it has to be waited for.
   */
  @ParameterizedTest
  @EnumSource
  void isInTheSlotsSnapshotButInNoOther(Kind kind) throws Exception {
    try (PostgresServer server = serverWithoutItsStandby();
        Database source = server.createDatabase("base");
        Destination destination = kind.create(directory, server)) {
      source.execute(ChunkedLoadTest.TABLE);
      try (HeldTransaction first = HeldTransaction.begin(source, "SELECT txid_current()")) {
        ChunkSteps steps = new ChunkSteps();
        HeldTransaction[] unseen = new HeldTransaction[1];
        steps.beforeChunk("t", 0, () -> unseen[0].releaseWhen(HeldTransaction.READER_HAS_SNAPSHOT));
        try (RunningFeed feed = start(source, destination, steps)) {
          first.awaitWaitedFor();
          try (HeldTransaction second = HeldTransaction.begin(source, "SELECT txid_current()")) {
            first.commit();
            second.awaitWaitedFor();
            unseen[0] = HeldTransaction.begin(source, MIXED);
            unseen[0].commitUnseen();
            second.commit();
          }
          feed.awaitFollowing();
          unseen[0].awaitEnd();
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
        assertEqual(source, destination, "t");
      }
    }
  }

  /** What it wrote before the publication had the table is not in the stream. */
  @ParameterizedTest
  @EnumSource
  void wroteToATableBeforeThePublicationHadIt(Kind kind, Database source) throws Exception {
    source.execute(
        ChunkedLoadTest.TABLE
            + "CREATE TABLE a (id int PRIMARY KEY); CREATE PUBLICATION \"%s\" FOR TABLE a"
                .formatted(source.name()));
    try (Destination destination = kind.create(directory, source.server())) {
      ChunkSteps steps = new ChunkSteps();
      try (RunningFeed feed = start(source, List.of(), destination, steps)) {
        feed.awaitFollowing();
        try (HeldTransaction held = HeldTransaction.begin(source, MIXED)) {
          steps.beforeChunk("t", 0, () -> held.commitWhen(HeldTransaction.READER_HAS_SNAPSHOT));
          source.execute("ALTER PUBLICATION \"%s\" ADD TABLE t".formatted(source.name()));
          source.execute("INSERT INTO t VALUES (1, 1, 'announces the table')");
          // The server looks again which tables it publishes when it comes to the open one.
          source.execute(
              "CREATE TABLE other (id int PRIMARY KEY); ALTER PUBLICATION \"%s\" ADD TABLE other"
                  .formatted(source.name()));
          feed.awaitDurable(FeedSetup.walEnd(source));
          held.awaitEnd();
        }
        source.execute("UPDATE t SET n = n + 1; INSERT INTO a VALUES (1)");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      steps.requireAllDone();
      assertEqual(source, destination, "t", "a");
    }
  }

  /** Loaded live, in chunks, between which it is written to. */
  @ParameterizedTest
  @EnumSource
  void newTablesOfAPublicationOfAllTables(Kind kind, Database source) throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE PUBLICATION \"%s\" FOR ALL TABLES"
            .formatted(source.name()));
    try (Destination destination = kind.create(directory, source.server())) {
      ChunkSteps steps =
          new ChunkSteps()
              .beforeChunk("t", 0, () -> source.execute("UPDATE t SET n = n + 1"))
              .beforeChunk("t", 2, () -> source.execute(MIXED))
              .beforeChunk(
                  "t", 3, () -> source.execute("UPDATE t SET id = id + 5 WHERE id % 3 = 0"));
      try (RunningFeed feed = start(source, destination, steps)) {
        feed.awaitFollowing();
        source.execute(ChunkedLoadTest.TABLE);
        source.execute("CREATE TABLE empty (id int PRIMARY KEY); INSERT INTO empty VALUES (1)");
        source.execute("DELETE FROM empty; INSERT INTO a SELECT generate_series(1, 100)");
        feed.awaitDurable(FeedSetup.walEnd(source));
        source.execute("UPDATE t SET n = n + 1; TRUNCATE a; INSERT INTO empty VALUES (2)");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      steps.requireAllDone();
      assertEqual(source, destination, "t", "a", "empty");
    }
  }

  /** Commits of sessions that ask for it wait for ever, in the log and seen by nobody. */
  static PostgresServer serverWithoutItsStandby() {
    return PostgresServer.builder()
        .setting("synchronous_standby_names", "nobody")
        .setting("synchronous_commit", "local")
        .start();
  }

  private static RunningFeed start(Database source, Destination destination, ChunkSteps steps) {
    return start(source, List.of("public.*"), destination, steps);
  }

  private static RunningFeed start(
      Database source, List<String> tables, Destination destination, ChunkSteps steps) {
    return RunningFeed.start(
        FeedSetup.oneReader(source.name(), tables),
        FeedSetup.connector(source.uri()),
        () -> steps.around(destination.sink()));
  }

  private static void assertEqual(Database source, Destination destination, String... tables)
      throws Exception {
    List<TableName> names =
        Arrays.stream(tables).map(table -> new TableName("public", table)).toList();
    assertEquals(List.of(), destination.compare(source, names).tableDifferences());
  }
}
