package io.walferry.sinks.sqlite;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.row;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlite.SqliteFixture.following;
import static io.walferry.sinks.sqlite.SqliteFixture.rows;
import static io.walferry.sinks.sqlite.SqliteFixture.run;
import static io.walferry.sinks.sqlite.SqliteFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
      return sink.open(FEED);
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
      sink.open(FEED);
      sink.startLoad(published(ITEM));
      sink.load(ITEM.published(), List.of(row("1", "a"), row("2", SourceTable.NULL)));
      sink.finishLoad(position(0x10));
      apply(sink, 0x20, ITEM.update("2", "b"));
    }
    assertEquals(List.of("1|a", "2|b"), items());
    assertEquals(new SinkState.Following(position(0x21)), stateOf(file));
  }

  @Test
  void anUnfinishedLoadStartsOver() throws SQLException {
    SourceTable other = table("sales.item").key("id", INT4).build();
    SqliteSettings everyRow = new SqliteSettings(Duration.ZERO, 1);
    try (SqliteSink sink = new SqliteSink(file, everyRow)) {
      sink.open(FEED);
      sink.startLoad(published(ITEM, other));
      sink.load(ITEM.published(), List.of(row("1", "a")));
      sink.load(other.published(), List.of(row("1")));
    }
    assertEquals(List.of("1|a"), items());
    try (SqliteSink sink = sink(file)) {
      assertEquals(SinkState.Loading.LOADING, sink.open(FEED));
      // The second table is not asked for any more; its rows go all the same.
      sink.startLoad(published(ITEM));
      sink.load(ITEM.published(), List.of(row("1", "b")));
      sink.finishLoad(position(0x10));
    }
    assertEquals(List.of("1|b"), items());
    Path link = directory.resolve("copy.db");
    assertEquals(List.of(), rows(link, "SELECT * FROM \"sales.item\""));
    assertEquals(List.of(), rows(link, "SELECT * FROM walferry_loading"));
  }

  @Test
  void restartingALoadSparesTablesThatItDidNotFill() throws SQLException {
    SourceTable precious = table("precious").key("id", INT4).build();
    Path plain = directory.resolve("plain.db");
    try (SqliteSink sink = sink(plain)) {
      sink.open(FEED);
      sink.startLoad(published(ITEM));
    }
    run(plain, "CREATE TABLE precious (id INTEGER PRIMARY KEY)", "INSERT INTO precious VALUES (1)");
    try (SqliteSink sink = sink(plain)) {
      sink.open(FEED);
      String message =
          refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.startLoad(published(ITEM, precious)));
      assertTrue(message.contains("public.precious"), message);
    }
    assertEquals(List.of("1"), rows(plain, "SELECT * FROM precious"));
  }

  @Test
  void whatIsNotCommittedIsGone() throws SQLException {
    try (SqliteSink sink = following(file, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
      sink.begin(header(0x30));
      sink.append(ITEM.insert("2", "b"));
      sink.append(ITEM.update("1", "changed"));
    }
    assertEquals(List.of("1|a"), items());
    assertEquals(new SinkState.Following(position(0x21)), stateOf(file));
  }

  @Test
  void aPositionMovesOnWithoutChanges() {
    try (SqliteSink sink = following(file, ITEM)) {
      sink.commit(position(0x90));
    }
    assertEquals(new SinkState.Following(position(0x90)), stateOf(file));
  }

  @Test
  void aFeedGoesOnAfterAResume() throws SQLException {
    following(file, ITEM).close();
    try (SqliteSink sink = sink(file)) {
      assertEquals(new SinkState.Following(position(0x10)), sink.open(FEED));
      sink.resume(published(ITEM));
      apply(sink, 0x20, ITEM.insert("1", "a"));
    }
    assertEquals(List.of("1|a"), items());
  }

  @Test
  void aFeedWithoutALoadStartsWithItsFirstCommit() throws SQLException {
    Path plain = directory.resolve("plain.db");
    run(plain, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)");
    run(plain, "INSERT INTO item VALUES (1, 'loaded by other means')");
    try (SqliteSink sink = sink(plain)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED));
      sink.resume(published(ITEM));
      apply(sink, 0x20, ITEM.update("1", "a"));
    }
    assertEquals(List.of("1|a"), rows(plain, "SELECT * FROM item"));
    assertEquals(new SinkState.Following(position(0x21)), stateOf(plain));
  }

  @Test
  void aPredecessorIsFencedAndWritesNothing() throws SQLException {
    try (SqliteSink first = following(file, ITEM);
        SqliteSink second = sink(file)) {
      assertEquals(new SinkState.Following(position(0x10)), second.open(FEED));
      String message =
          refused(
              ErrorCode.DESTINATION_FENCED, () -> apply(first, 0x20, ITEM.insert("1", "first")));
      assertEquals(
          "Pipeline shop in SQLite database "
              + file.toAbsolutePath()
              + ": expected epoch 1, following at 0/10, got epoch 2, following at 0/10",
          message);
      second.resume(published(ITEM));
      apply(second, 0x20, ITEM.insert("1", "second"));
    }
    assertEquals(List.of("1|second"), items());
  }

  @Test
  void aPredecessorIsFencedDuringALoad() throws SQLException {
    try (SqliteSink first = sink(file);
        SqliteSink second = sink(file)) {
      first.open(FEED);
      first.startLoad(published(ITEM));
      second.open(FEED);
      refused(
          ErrorCode.DESTINATION_FENCED, () -> first.load(ITEM.published(), List.of(row("1", "a"))));
    }
    assertEquals(List.of(), items());
  }

  @Test
  void ofTwoSinksThatFoundNothingTheFirstToWriteWins() {
    try (SqliteSink first = sink(file);
        SqliteSink second = sink(file)) {
      first.open(FEED);
      second.open(FEED);
      second.startLoad(published(ITEM));
      refused(ErrorCode.DESTINATION_FENCED, () -> first.startLoad(published(ITEM)));
    }
  }

  @Test
  void aMovedPositionIsFencedToo() throws SQLException {
    Path plain = directory.resolve("plain.db");
    try (SqliteSink sink = following(plain, ITEM)) {
      run(plain, "UPDATE walferry_position SET end_lsn='0/11'");
      refused(ErrorCode.DESTINATION_FENCED, () -> sink.commit(position(0x20)));
    }
  }

  @Test
  void anotherSourceIsRefusedAndNamed() {
    following(file, ITEM).close();
    try (SqliteSink sink = sink(file)) {
      String message =
          refused(
              ErrorCode.SOURCE_CHANGED,
              () -> sink.open(new FeedIdentity("shop", 5, 1, "walferry_other")));
      assertTrue(
          message.endsWith(
              ": expected system id 18446744073709551614, got 5; expected slot walferry_shop, got"
                  + " walferry_other"),
          message);
    }
    // The refused sink has not raised the epoch either.
    assertEquals(new SinkState.Following(position(0x10)), stateOf(file));
  }

  @Test
  void pipelinesShareADatabase() throws SQLException {
    SourceTable other = table("other").key("id", INT4).build();
    following(file, ITEM).close();
    try (SqliteSink sink = sink(file)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(new FeedIdentity("second", 9, 3, "s")));
      sink.startLoad(published(other));
      sink.finishLoad(position(0x50));
    }
    assertEquals(new SinkState.Following(position(0x10)), stateOf(file));
    assertEquals(List.of(), items());
  }

  @Test
  void aNewerFormatIsRefused() throws SQLException {
    Path plain = directory.resolve("plain.db");
    following(plain, ITEM).close();
    run(plain, "UPDATE walferry_position SET format_version=2");
    try (SqliteSink sink = sink(plain)) {
      String message = refused(ErrorCode.DESTINATION_FORMAT, () -> sink.open(FEED));
      assertTrue(message.contains("format version 2"), message);
    }
  }
}
