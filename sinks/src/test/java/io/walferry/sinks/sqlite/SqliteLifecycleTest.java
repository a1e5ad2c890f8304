package io.walferry.sinks.sqlite;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.at;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlite.SqliteFixture.following;
import static io.walferry.sinks.sqlite.SqliteFixture.rows;
import static io.walferry.sinks.sqlite.SqliteFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.walferry.error.ErrorCode;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteLifecycleTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).build();

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    // Characters that mean something in a URI or to the driver.
    file = directory.resolve("shop ?mode=memory&#%41 ü.db");
  }

  private SinkState stateOf(Path database) {
    try (SqliteSink sink = sink(database)) {
      return sink.open(FEED, new Claim());
    }
  }

  private List<String> items() throws SQLException {
    Path copy = directory.resolve("copy.db");
    try {
      Files.deleteIfExists(copy);
      Files.createLink(copy, file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return rows(copy, "SELECT * FROM item ORDER BY id");
  }

  @Test
  void openingLeavesNoTraceBeforeTheFirstLoad() {
    assertEquals(SinkState.Fresh.FRESH, stateOf(file));
    assertFalse(Files.exists(file));
  }

  @Test
  void aFirstLoadIsThereWithItsPosition() throws SQLException {
    try (SqliteSink sink = sink(file)) {
      sink.open(FEED, new Claim());
      sink.prepare(published(ITEM));
      sink.commit(position(0x10));
      load(sink, ITEM, line("1", "a\tb\\"), line("2", SourceTable.NULL), line("3", "\\N"));
      sink.forget(ITEM.published().table(), EnumSet.of(LedgerEntry.Kind.CHUNK));
      apply(sink, 0x20, ITEM.update("2", "b"));
    }
    assertEquals(List.of("1|a\tb\\", "2|b", "3|\\N"), items());
    assertEquals(at(0x21), stateOf(file));
  }

  @Test
  void writersTakeTurns() throws SQLException, InterruptedException, ExecutionException {
    try (SqliteSink sink = following(file, ITEM);
        ChunkWriter first = sink.chunkWriter();
        ChunkWriter second = sink.chunkWriter();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      first.begin(ITEM.published());
      first.write(line("1", "a"));
      Future<?> waiting =
          threads.submit(
              () -> {
                second.begin(ITEM.published());
                second.write(line("2", "b"));
                second.commit(chunk(ITEM, "2"));
              });
      first.write(line("3", "c"));
      assertFalse(waiting.isDone());
      first.commit(chunk(ITEM, "1"));
      waiting.get();
    }
    assertEquals(List.of("1|a", "2|b", "3|c"), items());
  }

  @Test
  void aWriterThatIsInterruptedBeforeItsTurnGivesUp() throws InterruptedException {
    try (SqliteSink sink = following(file, ITEM);
        ChunkWriter first = sink.chunkWriter();
        ChunkWriter second = sink.chunkWriter()) {
      first.begin(ITEM.published());
      AtomicReference<String> message = new AtomicReference<>("");
      Thread waiting =
          Thread.ofVirtual()
              .start(
                  () ->
                      message.set(
                          refused(ErrorCode.INTERRUPTED, () -> second.begin(ITEM.published()))));
      waiting.interrupt();
      waiting.join();
      assertEquals("interrupted while another chunk was being written", message.get());
      first.commit(chunk(ITEM, "1"));
    }
  }

  @Test
  void aWriterThatIsClosedBeforeItsTurnGivesUp()
      throws SQLException, InterruptedException, ExecutionException {
    try (SqliteSink sink = following(file, ITEM);
        ChunkWriter first = sink.chunkWriter();
        ChunkWriter second = sink.chunkWriter();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      first.begin(ITEM.published());
      first.write(line("1", "a"));
      Future<String> waiting =
          threads.submit(
              () -> refused(ErrorCode.INTERRUPTED, () -> second.begin(ITEM.published())));
      threads.submit(second::close).get();
      waiting.get();
      first.commit(chunk(ITEM, "1"));
    }
    assertEquals(List.of("1|a"), items());
  }

  @Test
  void aFeedGoesOnAfterAResume() throws SQLException {
    following(file, ITEM).close();
    try (SqliteSink sink = sink(file)) {
      assertEquals(at(0x10), sink.open(FEED, new Claim()));
      sink.resume(published(ITEM));
      apply(sink, 0x20, ITEM.insert("1", "a"));
    }
    assertEquals(List.of("1|a"), items());
  }
}
