package io.walferry.sinks.postgres;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.at;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.copy;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.postgres.PostgresFixture.IMPATIENT;
import static io.walferry.sinks.postgres.PostgresFixture.connector;
import static io.walferry.sinks.postgres.PostgresFixture.following;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@Postgres
final class PostgresLifecycleTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).build();

  private static SinkState stateOf(Database database) {
    try (PostgresSink sink = sink(database)) {
      return sink.open(FEED, new Claim());
    }
  }

  private static List<String> items(Database database) throws SQLException {
    return rows(database, "SELECT * FROM item ORDER BY id");
  }

  @Test
  void openingLeavesNoTraceBeforeTheFirstLoad(Database database) throws SQLException {
    assertEquals(SinkState.Fresh.FRESH, stateOf(database));
    assertEquals(
        List.of(), rows(database, "SELECT 1 FROM pg_namespace WHERE nspname = 'walferry'"));
  }

  @EachPostgres
  void aFirstLoadIsThereWithItsPosition(Database database) throws SQLException {
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED, new Claim());
      sink.prepare(published(ITEM));
      sink.commit(position(0x10));
      load(sink, ITEM, database, "VALUES (1, E'a\\tb'), (2, NULL), (3, '\\N')");
      sink.forget(ITEM.published().table(), EnumSet.of(LedgerEntry.Kind.CHUNK));
      apply(sink, 0x20, ITEM.update("2", "b"));
    }
    assertEquals(List.of("1|a\tb", "2|b", "3|\\N"), items(database));
    assertEquals(at(0x21), stateOf(database));
    assertEquals(
        List.of("id|integer|t", "name|text|f"),
        rows(
            database,
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
                + " WHERE attrelid = 'item'::regclass AND attnum > 0 ORDER BY attnum"));
  }

  @Test
  void aTableGetsPastOthersThatHaveHalfOfItsNextName(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "moved"));
      database.execute(
          "CREATE SCHEMA other; CREATE TABLE public.thing AS SELECT 2 AS id;"
              + " CREATE TABLE other.item AS SELECT 3 AS id");
      sink.rename(ITEM.published().table(), new TableId("other", "thing"));
      sink.commit(position(0x30));
    }
    assertEquals(List.of("1|moved"), rows(database, "SELECT * FROM other.thing"));
    assertEquals(
        List.of("2|3"), rows(database, "SELECT t.id, i.id FROM public.thing t, other.item i"));
  }

  @EachPostgres
  void aPredecessorsChunkIsWaitedForAndIsItsLast(Database database) throws SQLException {
    try (PostgresSink first = following(database, ITEM);
        PostgresSink second = sink(database);
        PostgresSink third = sink(database);
        ChunkWriter chunks = first.chunkWriter()) {
      copy(chunks, ITEM, database, "VALUES (1, 'a')");
      refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED, new Claim()));
      chunks.commit(chunk(ITEM, "1"));
      assertEquals(
          new SinkState.Following(position(0x10), FEED, List.of(chunk(ITEM, "1"))),
          third.open(FEED, new Claim()));
      refused(ErrorCode.DESTINATION_FENCED, () -> chunks.begin(ITEM.published()));
    }
    assertEquals(List.of("1|a"), items(database));
  }

  @EachPostgres
  void chunksDoNotOvertakeASuccessorThatWaits(Database database)
      throws SQLException, InterruptedException, ExecutionException {
    PostgresSinkSettings patient = IMPATIENT.withLockTimeout(Duration.ofSeconds(30));
    try (PostgresSink first = following(database, ITEM);
        PostgresSink second = new PostgresSink(connector(database.uri()), patient);
        ChunkWriter running = first.chunkWriter();
        ChunkWriter late = first.chunkWriter();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      copy(running, ITEM, database, "VALUES (1, 'a')");
      Future<SinkState> successor = threads.submit(() -> second.open(FEED, new Claim()));
      awaitRow(database, "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'");
      refused(ErrorCode.DESTINATION_BUSY, () -> late.begin(ITEM.published()));
      running.commit(chunk(ITEM, "1"));
      assertEquals(
          new SinkState.Following(position(0x10), FEED, List.of(chunk(ITEM, "1"))),
          successor.get());
    }
  }

  @EachPostgres
  void chunksAreWrittenSideBySide(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM);
        ChunkWriter one = sink.chunkWriter();
        ChunkWriter other = sink.chunkWriter()) {
      copy(one, ITEM, database, "VALUES (1, 'a')");
      copy(other, ITEM, database, "VALUES (2, 'b')");
      one.commit(chunk(ITEM, "1"));
      other.commit(chunk(ITEM, "2"));
      copy(one, ITEM, database, "VALUES (3, 'c')");
      one.commit(chunk(ITEM, "3"));
    }
    assertEquals(List.of("1|a", "2|b", "3|c"), items(database));
  }

  @Test
  void aWriterThatIsClosedWhileItWaitsGivesUp(Database database)
      throws SQLException, InterruptedException, ExecutionException {
    PostgresSinkSettings patient = IMPATIENT.withLockTimeout(Duration.ofSeconds(60));
    try (PostgresSink sink =
            SinkCalls.following(new PostgresSink(connector(database.uri()), patient), ITEM);
        ChunkWriter chunks = sink.chunkWriter();
        Connection holder = database.connect();
        Statement statement = holder.createStatement();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE item IN EXCLUSIVE MODE");
      Future<String> failure =
          threads.submit(
              () ->
                  refused(
                      ErrorCode.DESTINATION_UNREACHABLE,
                      () -> {
                        chunks.offer(EnumSet.of(CopyFormat.TEXT));
                        chunks.begin(ITEM.published());
                        chunks.write("1\ta\n".getBytes(StandardCharsets.UTF_8));
                      }));
      awaitRow(database, "SELECT 1 FROM pg_locks WHERE NOT granted");
      threads.submit(chunks::close).get();
      failure.get();
    }
  }

  /** Asks again and again, as long as a test may take. */
  private static void awaitRow(Database database, String query)
      throws SQLException, InterruptedException {
    Await.until(
        "there is a row of " + query,
        Duration.ofSeconds(60),
        () -> !rows(database, query).isEmpty());
  }

  @Test
  void aCommitIsDurableWhateverTheServerSays(Database database) throws SQLException {
    database.execute(
        """
        ALTER DATABASE "%s" SET synchronous_commit = off;
        CREATE TABLE item (id int PRIMARY KEY, name text, mode text
          DEFAULT current_setting('synchronous_commit'));
        """
            .formatted(database.name()));
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
    }
    assertEquals(List.of("1|a|on"), items(database));
  }
}
