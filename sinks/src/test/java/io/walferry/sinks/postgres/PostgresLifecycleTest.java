package io.walferry.sinks.postgres;

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
import static io.walferry.sinks.postgres.PostgresFixture.connector;
import static io.walferry.sinks.postgres.PostgresFixture.following;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static io.walferry.sinks.postgres.PostgresFixture.sink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@Postgres
final class PostgresLifecycleTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).build();

  private static SinkState stateOf(Database database) {
    try (PostgresSink sink = sink(database)) {
      return sink.open(FEED);
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
      sink.open(FEED);
      sink.startLoad(published(ITEM));
      sink.load(ITEM.published(), List.of(row("1", "a\tb"), row("2", SourceTable.NULL)));
      sink.load(ITEM.published(), List.of(row("3", "\\N")));
      sink.finishLoad(position(0x10));
      apply(sink, 0x20, ITEM.update("2", "b"));
    }
    assertEquals(List.of("1|a\tb", "2|b", "3|\\N"), items(database));
    assertEquals(new SinkState.Following(position(0x21)), stateOf(database));
    assertEquals(
        List.of("id|integer|t", "name|text|f"),
        rows(
            database,
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
                + " WHERE attrelid = 'item'::regclass AND attnum > 0 ORDER BY attnum"));
  }

  @Test
  void anUnfinishedLoadStartsOver(Database database) throws SQLException {
    SourceTable other = table("sales.item").key("id", INT4).build();
    PostgresSinkSettings everyRow = new PostgresSinkSettings(Duration.ofSeconds(1), 1, 1);
    try (PostgresSink sink = new PostgresSink(connector(database.uri()), everyRow)) {
      sink.open(FEED);
      sink.startLoad(published(ITEM, other));
      sink.load(ITEM.published(), List.of(row("1", "a")));
      sink.load(other.published(), List.of(row("1")));
    }
    assertEquals(List.of("1|a"), items(database));
    try (PostgresSink sink = sink(database)) {
      assertEquals(SinkState.Loading.LOADING, sink.open(FEED));
      // The second table is not asked for any more; its rows go all the same.
      sink.startLoad(published(ITEM));
      sink.load(ITEM.published(), List.of(row("1", "b")));
      sink.finishLoad(position(0x10));
    }
    assertEquals(List.of("1|b"), items(database));
    assertEquals(List.of(), rows(database, "SELECT * FROM sales.item"));
    assertEquals(List.of(), rows(database, "SELECT * FROM walferry.loading"));
  }

  @Test
  void restartingALoadSparesTablesThatItDidNotFill(Database database) throws SQLException {
    SourceTable precious = table("precious").key("id", INT4).build();
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED);
      sink.startLoad(published(ITEM));
    }
    database.execute("CREATE TABLE precious (id int PRIMARY KEY); INSERT INTO precious VALUES (1)");
    try (PostgresSink sink = sink(database)) {
      sink.open(FEED);
      String message =
          refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.startLoad(published(ITEM, precious)));
      assertTrue(message.contains("public.precious"), message);
    }
    assertEquals(List.of("1"), rows(database, "SELECT * FROM precious"));
  }

  @Test
  void whatIsNotCommittedIsGone(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
      sink.begin(header(0x30));
      sink.append(ITEM.insert("2", "b"));
      sink.append(ITEM.update("1", "changed"));
    }
    assertEquals(List.of("1|a"), items(database));
    assertEquals(new SinkState.Following(position(0x21)), stateOf(database));
  }

  @Test
  void aPositionMovesOnWithoutChanges(Database database) {
    try (PostgresSink sink = following(database, ITEM)) {
      sink.commit(position(0x90));
    }
    assertEquals(new SinkState.Following(position(0x90)), stateOf(database));
  }

  @Test
  void aFeedWithoutALoadStartsWithItsFirstCommit(Database database) throws SQLException {
    database.execute(
        "CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item VALUES (1, 'old')");
    try (PostgresSink sink = sink(database)) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED));
      sink.resume(published(ITEM));
      apply(sink, 0x20, ITEM.update("1", "a"));
    }
    assertEquals(List.of("1|a"), items(database));
    assertEquals(new SinkState.Following(position(0x21)), stateOf(database));
  }

  @EachPostgres
  void aPredecessorIsFencedAndWritesNothing(Database database) throws SQLException {
    try (PostgresSink first = following(database, ITEM);
        PostgresSink second = sink(database)) {
      assertEquals(new SinkState.Following(position(0x10)), second.open(FEED));
      String message =
          refused(
              ErrorCode.DESTINATION_FENCED, () -> apply(first, 0x20, ITEM.insert("1", "first")));
      assertTrue(
          message.endsWith(": expected epoch 1, following at 0/10, got epoch 2, following at 0/10"),
          message);
      second.resume(published(ITEM));
      apply(second, 0x20, ITEM.insert("1", "second"));
    }
    assertEquals(List.of("1|second"), items(database));
  }

  @Test
  void aPredecessorInTheMiddleOfATransactionIsWaitedFor(Database database) throws SQLException {
    try (PostgresSink first = following(database, ITEM);
        PostgresSink second = sink(database)) {
      first.begin(header(0x20));
      first.append(ITEM.insert("1", "a"));
      refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED));
      first.commit(position(0x21));
    }
    assertEquals(new SinkState.Following(position(0x21)), stateOf(database));
  }

  @Test
  void aPredecessorIsFencedDuringALoad(Database database) throws SQLException {
    try (PostgresSink first = sink(database);
        PostgresSink second = sink(database)) {
      first.open(FEED);
      first.startLoad(published(ITEM));
      second.open(FEED);
      refused(
          ErrorCode.DESTINATION_FENCED, () -> first.load(ITEM.published(), List.of(row("1", "a"))));
    }
    assertEquals(List.of(), items(database));
  }

  @Test
  void ofTwoSinksThatFoundNothingTheFirstToWriteWins(Database database) {
    try (PostgresSink first = sink(database);
        PostgresSink second = sink(database)) {
      first.open(FEED);
      second.open(FEED);
      second.startLoad(published(ITEM));
      refused(ErrorCode.DESTINATION_FENCED, () -> first.startLoad(published(ITEM)));
    }
  }

  @Test
  void aMovedPositionIsFencedToo(Database database) throws SQLException {
    try (PostgresSink sink = following(database, ITEM)) {
      database.execute("UPDATE walferry.position SET end_lsn = '0/11'");
      refused(ErrorCode.DESTINATION_FENCED, () -> sink.commit(position(0x20)));
    }
  }

  @Test
  void anotherSourceIsRefusedAndNamed(Database database) {
    following(database, ITEM).close();
    try (PostgresSink sink = sink(database)) {
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
    assertEquals(new SinkState.Following(position(0x10)), stateOf(database));
  }

  @Test
  void aNewerFormatIsRefused(Database database) throws SQLException {
    following(database, ITEM).close();
    database.execute("UPDATE walferry.position SET format_version = 2");
    try (PostgresSink sink = sink(database)) {
      String message = refused(ErrorCode.DESTINATION_FORMAT, () -> sink.open(FEED));
      assertTrue(message.contains("format version 2"), message);
    }
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
