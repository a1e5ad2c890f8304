package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.LinesFile;
import io.walferry.cli.feed.HaltingSink.Step;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a start finds at both ends, and what it makes of it. */
@Postgres
final class UnfinishedStartTest {
  private static final String ROWS = "SELECT count(*) FROM t";
  private static final String CONTENTS =
      "SELECT string_agg(CAST(id AS text) || v, ',' ORDER BY id) FROM t";
  private static final int ROW_COUNT = 3000;

  @TempDir Path directory;
  private final Workload workload = Workload.create(1);

  @ParameterizedTest
  @CsvSource({
    "SQLITE, NOTED, 0",
    "SQLITE, SLOT_MADE, 0",
    "SQLITE, PLANNED, 0",
    "SQLITE, CHUNKS, 2",
    "POSTGRES, NOTED, 0",
    "POSTGRES, SLOT_MADE, 0",
    "POSTGRES, PLANNED, 0",
    "POSTGRES, CHUNKS, 2",
  })
  void thatWasKilledIsFinishedAndNoChunkIsReadTwice(
      Kind kind, Step step, int chunks, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      fill(source);
      HaltedFeed.run(source, destination, step, chunks);
      if (destination instanceof Destination.PostgresDatabase(var copy)) {
        // What the process had sent may still be committed.
        copy.await(
            "the killed process has left the destination",
            """
            NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
              AND pid <> pg_backend_pid() AND backend_type = 'client backend')\
            """);
      }
      int brought = Integer.parseInt(destination.answer(ROWS));
      assertTrue(step == Step.CHUNKS ? brought > 0 && brought < ROW_COUNT : brought == 0);
      source.execute("UPDATE t SET v = 'while it was down' WHERE id % 7 = 0");
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
        assertEquals(ROW_COUNT - brought, feed.rowsLoaded());
        source.execute("DELETE FROM t WHERE id % 5 = 0; UPDATE t SET id = -id WHERE id % 3 = 0");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(source.answer(CONTENTS), destination.answer(CONTENTS));
    }
  }

  /** A table that comes to the feed later, too; nothing that was read of others is read again. */
  @ParameterizedTest
  @EnumSource(
      names = {"MADE", "RENAMED"},
      mode = EnumSource.Mode.EXCLUDE)
  void inLinesIsFinishedAsWell(Step step, Database source) throws Exception {
    LinesFile lines = new LinesFile(directory.resolve("copy.jsonl"));
    source.execute("CREATE PUBLICATION \"%s\" FOR ALL TABLES".formatted(source.name()));
    fill(source);
    HaltedFeed.run(source, lines, step, 2);
    source.execute("DELETE FROM t WHERE id % 5 = 0; UPDATE t SET id = -id WHERE id % 3 = 0");
    try (RunningFeed feed = start(source, lines)) {
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    long read = reads(lines, "t");
    source.execute("CREATE TABLE u AS SELECT * FROM t; ALTER TABLE u ADD PRIMARY KEY (id)");
    HaltedFeed.run(source, lines, Step.CHUNKS, 2);
    source.execute("DELETE FROM u WHERE id % 2 = 0; UPDATE t SET v = 'while it was down'");
    FeedSetup.catchUp(settings(source), source, List.of(lines::sink));
    List<TableName> tables = List.of(new TableName("public", "t"), new TableName("public", "u"));
    assertEquals(List.of(), lines.compare(source, tables).tableDifferences());
    assertEquals(read, reads(lines, "t"));
  }

  private static long reads(LinesFile lines, String table) throws IOException {
    long reads = 0;
    for (Path file : lines.files()) {
      try (Stream<String> all = Files.lines(file)) {
        reads +=
            all.filter(line -> line.startsWith("{\"op\":\"read\""))
                .filter(line -> line.contains("\"table\":\"" + table + "\""))
                .count();
      }
    }
    return reads;
  }

  /** The slot of a process that was killed before it could say so is younger than its note. */
  @ParameterizedTest
  @EnumSource
  void leavesASlotAloneThatIsOlderThanItsNote(Kind kind, Database source) throws Exception {
    String old = source.name() + "_old";
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      fill(source);
      source.execute("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(old));
      source.execute("UPDATE t SET v = 'since then' WHERE id = 1");
      HaltedFeed.run(source, destination, Step.NOTED, 0);
      source.execute(
          "SELECT pg_copy_logical_replication_slot('%s', '%s')".formatted(old, source.name()));
      String slot =
          "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'"
              .formatted(source.name());
      String confirmed = source.answer(slot);
      WalferryException failure = refused(settings(source), source, destination);
      assertEquals(ErrorCode.SLOT_EXISTS, failure.code(), failure.toString());
      assertTrue(failure.getMessage().contains("it is older than the load"), failure::toString);
      assertEquals(confirmed, source.answer(slot));
      source.execute("SELECT pg_drop_replication_slot('%s')".formatted(source.name()));
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals(source.answer(CONTENTS), destination.answer(CONTENTS));
    }
  }

  @ParameterizedTest
  @EnumSource
  void attachesToASlotThatIsThereWithoutALoad(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
      source.execute("CREATE PUBLICATION \"%s\" FOR TABLE t".formatted(source.name()));
      source.execute(
          "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(source.name()));
      source.execute("INSERT INTO t VALUES (2, 'b')");
      destination.execute("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, v text)");
      destination.execute("INSERT INTO t VALUES (1, 'a')");
      WalferryException failure = refused(settings(source), source, destination);
      assertEquals(ErrorCode.SLOT_EXISTS, failure.code(), failure.toString());
      for (int start = 0; start < 2; start++) {
        try (RunningFeed feed =
            start(named(source.name(), source, LoadMode.NONE), source, destination)) {
          feed.awaitDurable(FeedSetup.walEnd(source));
          assertEquals(0, feed.rowsLoaded());
        }
        assertEquals("1a,2b", destination.answer(CONTENTS));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofAnotherPipelineOrSlotIsRefusedWhereOneFollows(Kind kind, Database source)
      throws Exception {
    try (Destination destination = kind.create(directory, source.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
      }
      String other = source.name() + "_other";
      PipelineSettings otherSlot =
          FeedSetup.settings(source.name(), List.of())
              .with(
                  new FeedSettings(
                      source.name(), other, source.name(), List.of(), true, LoadMode.SNAPSHOT));
      WalferryException slot = refused(otherSlot, source, destination);
      assertEquals(ErrorCode.SOURCE_CHANGED, slot.code(), slot.toString());
      WalferryException pipeline =
          refused(named(other, source, LoadMode.SNAPSHOT), source, destination);
      assertEquals(ErrorCode.DESTINATION_NOT_EMPTY, pipeline.code(), pipeline.toString());
      assertEquals(
          source.name(),
          source.answer(
              "SELECT string_agg(slot_name, ',') FROM pg_replication_slots"
                  + " WHERE database = current_database()"));
      source.execute("INSERT INTO t VALUES (2, 'b')");
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("1a,2b", destination.answer(CONTENTS));
    }
  }

  private static void fill(Database source) throws Exception {
    source.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v text);"
            + " INSERT INTO t SELECT i, repeat(i::text, 30) FROM generate_series(1, %d) i"
                .formatted(ROW_COUNT));
  }

  /** The slot is named after the pipeline. */
  private static PipelineSettings named(String name, Database source, LoadMode load) {
    return FeedSetup.settings(name, List.of())
        .with(new FeedSettings(name, name, source.name(), List.of("public.t"), true, load));
  }

  private static PipelineSettings settings(Database source) {
    return FeedSetup.settings(source.name(), List.of("public.*"));
  }

  private static RunningFeed start(Database source, Destination destination) {
    return start(settings(source), source, destination);
  }

  private static RunningFeed start(
      PipelineSettings settings, Database source, Destination destination) {
    return RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink);
  }

  private static WalferryException refused(
      PipelineSettings settings, Database source, Destination destination) {
    try (RunningFeed feed = start(settings, source, destination)) {
      return feed.awaitFailure();
    }
  }
}
