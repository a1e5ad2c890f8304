package io.walferry.sinks;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.at;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.copy;
import static io.walferry.sinks.SinkCalls.header;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import io.walferry.sinks.SqlDestination.Engine;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Position, ledger and fence of every SQL sink. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class SqlSinkLifecycleTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).build();

  private static final String ITEMS = "SELECT * FROM item ORDER BY id";

  @TempDir private Path directory;

  private static SinkState stateOf(SqlDestination destination) {
    return stateOf(destination, new Claim());
  }

  private static SinkState stateOf(SqlDestination destination, Claim claim) {
    try (Sink sink = destination.sink()) {
      return sink.open(FEED, claim);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotCommittedIsGone(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
      sink.begin(header(0x30));
      sink.append(ITEM.insert("2", "b"));
      sink.append(ITEM.update("1", "changed"));
    }
    assertEquals(List.of("1|a"), destination.rows(ITEMS));
    assertEquals(at(0x21), stateOf(destination));
  }

  @ParameterizedTest
  @EnumSource
  void aPositionMovesOnWithoutChanges(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      sink.commit(position(0x90));
    }
    assertEquals(at(0x90), stateOf(destination));
  }

  @ParameterizedTest
  @EnumSource
  void aFeedWithoutALoadStartsWithItsFirstCommit(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.execute(
        "CREATE TABLE item (id integer PRIMARY KEY, name text)",
        "INSERT INTO item VALUES (1, 'old')");
    try (Sink sink = destination.sink()) {
      assertEquals(SinkState.Fresh.FRESH, sink.open(FEED, new Claim()));
      sink.resume(published(ITEM));
      apply(sink, 0x20, ITEM.update("1", "a"));
    }
    assertEquals(List.of("1|a"), destination.rows(ITEMS));
    assertEquals(at(0x21), stateOf(destination));
  }

  @ParameterizedTest
  @EnumSource
  void anAbandonedChunkLeavesNothingAndTheOthersStay(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      load(sink, ITEM, database, "VALUES (1, 'a')");
      try (ChunkWriter abandoned = sink.chunkWriter()) {
        copy(abandoned, ITEM, database, "SELECT g, 'b' FROM generate_series(2, 20000) g");
      }
      try (ChunkWriter again = sink.chunkWriter()) {
        copy(again, ITEM, database, "VALUES (2, 'c')");
        again.commit(chunk(ITEM, "2"));
        copy(again, ITEM, database, "SELECT 3, 'd' WHERE false");
        again.commit(chunk(ITEM, "3"));
      }
    }
    assertEquals(List.of("1|a", "2|c"), destination.rows(ITEMS));
    assertEquals(
        List.of("loading"), destination.rows("SELECT state FROM " + destination.positionTable()));
    assertLedger(destination, 0x10, chunk(ITEM, "1"), chunk(ITEM, "2"), chunk(ITEM, "3"));
  }

  private static void assertLedger(SqlDestination destination, long lsn, LedgerEntry... ledger) {
    if (stateOf(destination) instanceof SinkState.Following(var position, var saved, var found)) {
      assertEquals(position(lsn), position);
      assertEquals(FEED, saved);
      assertEquals(Set.of(ledger), Set.copyOf(found));
      assertEquals(ledger.length, found.size());
    } else {
      throw new AssertionError("the position is not known");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theStateSaysWhetherTheLedgerIsSettled(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    LedgerEntry table =
        new LedgerEntry(ITEM.published().table(), LedgerEntry.Kind.TABLE, "", "followed");
    LedgerEntry slot =
        new LedgerEntry(new TableId("", ""), LedgerEntry.Kind.SLOT, "walferry_shop", "soon");
    String state = "SELECT state || ' at ' || end_lsn FROM " + destination.positionTable();
    try (Sink sink = destination.sink()) {
      sink.open(FEED, new Claim());
      sink.note(List.of(slot));
      sink.commit(position(0));
      assertEquals(List.of("loading at 0/0"), destination.rows(state));
    }
    try (Sink sink = destination.sink()) {
      assertEquals(
          new SinkState.Following(position(0), FEED, List.of(slot)), sink.open(FEED, new Claim()));
      sink.prepare(published(ITEM));
      sink.note(List.of(table));
      sink.forget(slot.table(), EnumSet.of(LedgerEntry.Kind.SLOT));
      sink.commit(position(0x10));
      assertEquals(List.of("following at 0/10"), destination.rows(state));
      load(sink, ITEM, database, "VALUES (1, 'a')");
      sink.commit(position(0x11));
      assertEquals(List.of("loading at 0/11"), destination.rows(state));
      sink.forget(table.table(), EnumSet.of(LedgerEntry.Kind.CHUNK, LedgerEntry.Kind.ROW));
      sink.commit(position(0x12));
    }
    assertEquals(List.of("following at 0/12"), destination.rows(state));
    assertLedger(destination, 0x12, table);
  }

  @ParameterizedTest
  @EnumSource
  void chunksOnTheirWayAreSeenBeforeTheFirstOne(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    String state = "SELECT state FROM " + destination.positionTable();
    try (Sink sink = destination.following(ITEM)) {
      assertEquals(List.of("following"), destination.rows(state));
      try (ChunkWriter writer = sink.chunkWriter()) {
        copy(writer, ITEM, database, "VALUES (1, 'a')");
        assertEquals(List.of("loading"), destination.rows(state));
      }
      sink.commit(position(0x11));
    }
    assertEquals(List.of("following"), destination.rows(state));
  }

  @ParameterizedTest
  @EnumSource
  void ledgerLinesComeBackAsTheyWere(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    TableId odd = new TableId("it's", "\"q\" \\ ünï 😀\n");
    LedgerEntry row =
        new LedgerEntry(odd, LedgerEntry.Kind.ROW, "a'b", "{\"x\": [\"\\\\\"]}\t'😀'");
    LedgerEntry large = new LedgerEntry(odd, LedgerEntry.Kind.CHUNK, "a'b", "x".repeat(100_000));
    LedgerEntry empty = new LedgerEntry(odd, LedgerEntry.Kind.CHUNK, "", "");
    LedgerEntry other = new LedgerEntry(new TableId("", ""), LedgerEntry.Kind.CHUNK, "", "");
    try (Sink sink = destination.sink()) {
      sink.open(FEED, new Claim());
      sink.note(
          List.of(new LedgerEntry(odd, LedgerEntry.Kind.CHUNK, "a'b", "old"), row, large, empty));
      sink.note(List.of(other));
      sink.commit(position(0x10));
    }
    assertLedger(destination, 0x10, row, large, empty, other);
    try (Sink sink = destination.sink()) {
      sink.open(FEED, new Claim());
      sink.forget(odd, EnumSet.of(LedgerEntry.Kind.CHUNK));
      sink.commit(position(0x11));
    }
    assertLedger(destination, 0x11, row, other);
  }

  @ParameterizedTest
  @EnumSource
  void aTableIsEmptiedWithTheRestOfItsTransaction(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"), ITEM.insert("2", "b"));
      sink.empty(ITEM.published());
    }
    assertEquals(List.of("1|a", "2|b"), destination.rows(ITEMS));
    try (Sink sink = destination.sink()) {
      sink.open(FEED, new Claim());
      sink.begin(header(0x30));
      sink.append(ITEM.insert("3", "c"));
      sink.empty(ITEM.published());
      sink.append(ITEM.insert("4", "d"));
      sink.commit(position(0x31));
    }
    assertEquals(List.of("4|d"), destination.rows(ITEMS));
  }

  @ParameterizedTest
  @EnumSource
  void aPredecessorIsFencedAndWritesNothing(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink first = destination.following(ITEM);
        Sink second = destination.sink()) {
      assertEquals(at(0x10), second.open(FEED, new Claim()));
      String message =
          refused(
              ErrorCode.DESTINATION_FENCED, () -> apply(first, 0x20, ITEM.insert("1", "first")));
      assertTrue(
          message.matches(
              ".*: expected epoch \\d+, following at 0/10, got epoch \\d+, following at 0/10"),
          message);
      second.resume(published(ITEM));
      apply(second, 0x20, ITEM.insert("1", "second"));
    }
    assertEquals(List.of("1|second"), destination.rows(ITEMS));
  }

  /** As it is where a part of a source transaction has to be durable on its own. */
  @ParameterizedTest
  @EnumSource
  void aChangeBehindACommitIsInATransactionToo(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      sink.begin(header(0x20));
      sink.append(ITEM.insert("1", "a"));
      sink.commit(position(0x10));
      sink.append(ITEM.truncate());
    }
    assertEquals(List.of("1|a"), destination.rows(ITEMS));
  }

  /** Where DDL commits, nothing else would hold it back. */
  @ParameterizedTest
  @EnumSource
  void aPredecessorDropsNoTable(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink first = destination.following(ITEM);
        Sink second = destination.sink()) {
      assertEquals(at(0x10), second.open(FEED, new Claim()));
      refused(ErrorCode.DESTINATION_FENCED, () -> first.drop(ITEM.published().table()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPredecessorInTheMiddleOfATransactionIsWaitedFor(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.requireLocks();
    try (Sink first = destination.following(ITEM);
        Sink second = destination.sink()) {
      first.begin(header(0x20));
      first.append(ITEM.insert("1", "a"));
      refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED, new Claim()));
      first.commit(position(0x21));
    }
    assertEquals(at(0x21), stateOf(destination));
  }

  @ParameterizedTest
  @EnumSource
  void aPredecessorsChunkIsWaitedForAndIsItsLast(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.requireLocks();
    try (Sink first = destination.following(ITEM);
        Sink second = destination.sink();
        Sink third = destination.sink();
        ChunkWriter chunks = first.chunkWriter()) {
      copy(chunks, ITEM, database, "VALUES (1, 'a')");
      refused(ErrorCode.DESTINATION_BUSY, () -> second.open(FEED, new Claim()));
      chunks.commit(chunk(ITEM, "1"));
      assertEquals(
          new SinkState.Following(position(0x10), FEED, List.of(chunk(ITEM, "1"))),
          third.open(FEED, new Claim()));
      refused(ErrorCode.DESTINATION_FENCED, () -> chunks.begin(ITEM.published()));
    }
    assertEquals(List.of("1|a"), destination.rows(ITEMS));
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoSinksThatFoundNothingTheFirstToWriteWins(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink first = destination.sink();
        Sink second = destination.sink()) {
      first.open(FEED, new Claim());
      second.open(FEED, new Claim());
      second.prepare(published(ITEM));
      second.commit(position(0x10));
      refused(ErrorCode.DESTINATION_FENCED, () -> first.prepare(published(ITEM)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aProcessOpensAgainUntilAnotherTakesOver(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    Claim replaced = new Claim();
    assertEquals(SinkState.Fresh.FRESH, stateOf(destination, replaced));
    assertEquals(SinkState.Fresh.FRESH, stateOf(destination, replaced));
    destination.following(ITEM).close();
    assertFenced(destination, replaced, "expected no position, got epoch \\d+");

    Claim held = new Claim();
    assertEquals(at(0x10), stateOf(destination, held));
    assertEquals(at(0x10), stateOf(destination, held));
    try (Sink successor = destination.sink()) {
      assertEquals(at(0x10), successor.open(FEED, new Claim()));
      assertFenced(destination, held, "expected epoch " + held.epoch() + ", got epoch \\d+");
      successor.commit(position(0x20));
    }
    assertFenced(destination, held, "expected epoch " + held.epoch() + ", got epoch \\d+");
    assertEquals(at(0x20), stateOf(destination));
  }

  @ParameterizedTest
  @EnumSource
  void whoeverBeginsAFeedHoldsIt(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    Claim first = new Claim();
    try (Sink sink = destination.sink()) {
      sink.open(FEED, first);
      sink.commit(position(0x10));
    }
    assertEquals(at(0x10), stateOf(destination, first));
    assertEquals(at(0x10), stateOf(destination));
    assertFenced(destination, first, "expected epoch " + first.epoch() + ", got epoch \\d+");
  }

  @ParameterizedTest
  @EnumSource
  void aTakeOverThatFailedIsTriedAgain(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.requireLocks();
    Claim patient = new Claim();
    try (Sink predecessor = destination.following(ITEM)) {
      predecessor.begin(header(0x20));
      try (Sink sink = destination.sink()) {
        refused(ErrorCode.DESTINATION_BUSY, () -> sink.open(FEED, patient));
      }
      predecessor.commit(position(0x21));
    }
    assertEquals(at(0x21), stateOf(destination, patient));
  }

  @ParameterizedTest
  @EnumSource
  void aPositionThatHasVanishedIsNotBegunAgainByTheSameProcess(
      Engine engine, Database database, MysqlServers servers) throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.following(ITEM).close();
    Claim held = new Claim();
    assertEquals(at(0x10), stateOf(destination, held));
    destination.execute("DELETE FROM " + destination.positionTable());
    assertFenced(
        destination,
        held,
        "expected epoch " + held.epoch() + ", got no position; it was removed while .*");
    assertEquals(SinkState.Fresh.FRESH, stateOf(destination));
  }

  private static void assertFenced(SqlDestination destination, Claim claim, String how) {
    try (Sink sink = destination.sink()) {
      String message = refused(ErrorCode.DESTINATION_FENCED, () -> sink.open(FEED, claim));
      assertTrue(message.matches("Pipeline shop in .*: " + how), message);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMovedPositionIsFencedToo(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    try (Sink sink = destination.following(ITEM)) {
      destination.execute("UPDATE " + destination.positionTable() + " SET end_lsn = '0/11'");
      refused(ErrorCode.DESTINATION_FENCED, () -> sink.commit(position(0x20)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherSourceIsRefusedAndNamed(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.following(ITEM).close();
    try (Sink sink = destination.sink()) {
      String message =
          refused(
              ErrorCode.SOURCE_CHANGED,
              () -> sink.open(new FeedIdentity("shop", 5, 1, "walferry_other"), new Claim()));
      assertTrue(
          message.endsWith(
              ": expected system id 18446744073709551614, got 5; expected slot walferry_shop, got"
                  + " walferry_other"),
          message);
    }
    // The refused sink has not taken it over either.
    assertEquals(at(0x10), stateOf(destination));
  }

  @ParameterizedTest
  @EnumSource
  void pipelinesShareADatabase(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    SourceTable other = table("other").key("id", INT4).build();
    destination.following(ITEM).close();
    try (Sink sink = destination.sink()) {
      assertEquals(
          SinkState.Fresh.FRESH, sink.open(new FeedIdentity("second", 9, 3, "s"), new Claim()));
      sink.prepare(published(other));
      sink.note(List.of(chunk(other, "1")));
      sink.commit(position(0x50));
    }
    assertEquals(at(0x10), stateOf(destination));
    assertEquals(List.of(), destination.rows(ITEMS));
  }

  @ParameterizedTest
  @EnumSource
  void aNewerFormatIsRefused(Engine engine, Database database, MysqlServers servers)
      throws SQLException {
    SqlDestination destination = engine.in(database, directory, servers);
    destination.following(ITEM).close();
    destination.execute("UPDATE " + destination.positionTable() + " SET format_version = 2");
    try (Sink sink = destination.sink()) {
      String message = refused(ErrorCode.DESTINATION_FORMAT, () -> sink.open(FEED, new Claim()));
      assertTrue(message.contains("format version 2"), message);
    }
  }
}
