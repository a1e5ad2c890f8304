package io.walferry.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.ChangeOrder;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.time.NanoClock;
import io.walferry.type.TypeCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of batches side by side when lanes stand still, fail or lose an answer. */
final class ParallelSinkTest {
  private static final long PATIENCE_SECONDS = 30;
  private static final Relation ITEM = relation("item");
  private static final Relation NOTE = relation("note");

  private final ScriptedDestination destination = new ScriptedDestination();
  private ParallelSink sink = sink(Duration.ofSeconds(PATIENCE_SECONDS));
  private long lsn = 1;

  private ParallelSink sink(Duration patience) {
    return new ParallelSink(destination, destination, 3, patience, NanoClock.system());
  }

  @BeforeEach
  void open() {
    sink.open(new FeedIdentity("shop", 1, 1, "shop"), new Claim());
    write(ITEM, "first");
    write(NOTE, "other");
  }

  @AfterEach
  void close() {
    sink.close();
  }

  @Test
  void tableIsFirstMetByTheSinkItself() {
    assertEquals(List.of("alone first at 0/1", "alone other at 0/2"), destination.commits());
  }

  @Test
  void laterBatchIsAppliedBesideAnEarlierOneAndCommittedBehindIt() throws Exception {
    CountDownLatch gate = destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b");
    await(destination.applied("b"));
    assertEquals(2, destination.commits().size());
    assertEquals(new Lsn(2), sink.settle(position(4)).endLsn());
    gate.countDown();
    finish();
    assertEquals(List.of("lane a at 0/3", "lane b at 0/4"), since(2));
  }

  @Test
  void batchWaitsForAnEarlierOneWithTheSameKey() throws Exception {
    CountDownLatch gate = destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b", "a");
    write(NOTE, "c");
    await(destination.applied("c"));
    assertEquals(1, destination.applied("b").getCount());
    gate.countDown();
    finish();
    assertEquals(List.of("lane a at 0/3", "lane b a at 0/4", "lane c at 0/5"), since(2));
  }

  @Test
  void tableWhoseChangesDependOnEachOtherIsInOneLaneAtATime() throws Exception {
    destination.order(ChangeOrder.BY_TABLE);
    CountDownLatch gate = destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b");
    write(NOTE, "c");
    await(destination.applied("c"));
    assertEquals(1, destination.applied("b").getCount());
    gate.countDown();
    finish();
    assertEquals(List.of("lane a at 0/3", "lane b at 0/4", "lane c at 0/5"), since(2));
  }

  @Test
  void whatSomethingAtTheDestinationSeesIsNeverInALane() {
    destination.order(ChangeOrder.OVERALL);
    write(ITEM, "a");
    assertEquals(List.of("alone a at 0/3"), since(2));
  }

  @Test
  void whatIsSetAsideIsNeverInALane() {
    write(ITEM, "a");
    begin();
    append(ITEM, "b");
    sink.setAside(insert(ITEM, "c"), new WalferryException(ErrorCode.SOURCE_TEXT_INVALID, ""));
    append(ITEM, "d");
    commit();
    finish();
    assertEquals(List.of("lane a at 0/3", "alone b not c d at 0/4"), since(2));
  }

  @Test
  void batchThatALaneRefusesGoesThroughTheSinkItselfAtItsTurn() throws Exception {
    destination.refuseInLanes("b");
    CountDownLatch gate = destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b");
    write(ITEM, "c");
    await(destination.applied("c"));
    gate.countDown();
    finish();
    assertEquals(List.of("lane a at 0/3", "alone b at 0/4", "lane c at 0/5"), since(2));
  }

  @Test
  void batchThatHoldsUpAnEarlierOneGivesWay() throws Exception {
    sink.close();
    sink = sink(Duration.ofMillis(100));
    open();
    CountDownLatch gate = destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b");
    await(destination.applied("b"));
    // It holds a lock, say, for which "a" waits.
    await(destination.dropped());
    gate.countDown();
    finish();
    assertEquals(List.of("lane a at 0/5", "alone b at 0/6"), since(4));
  }

  @Test
  void lineOfTheLedgerWaitsForEverythingBefore() throws Exception {
    write(ITEM, "a");
    begin();
    append(ITEM, "b");
    sink.note(List.of());
    assertEquals(List.of("lane a at 0/3"), since(2));
    append(ITEM, "c");
    commit();
    assertEquals(List.of("lane a at 0/3", "alone b note c at 0/4"), since(2));
  }

  @Test
  void truncateWaitsForEverythingBefore() {
    write(ITEM, "a");
    begin();
    append(ITEM, "b");
    sink.append(new Change.Truncate(List.of(ITEM), false, false));
    append(ITEM, "c");
    commit();
    assertEquals(List.of("lane a at 0/3", "alone b truncate c at 0/4"), since(2));
  }

  @Test
  void commitWhoseAnswerIsLostEndsTheSink() throws Exception {
    destination.loseCommitOf("a");
    write(ITEM, "a");
    WalferryException failure =
        assertThrows(
            WalferryException.class,
            () -> {
              write(ITEM, "b");
              finish();
            });
    assertEquals(ErrorCode.DESTINATION_UNREACHABLE, failure.code());
    assertEquals(List.of(), since(2));
  }

  @Test
  void nothingIsCommittedBehindTheEnd() throws Exception {
    destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b");
    await(destination.applied("b"));
    sink.close();
    assertEquals(List.of(), since(2));
  }

  @Test
  void noMoreBatchesAreUnderWayThanLanes() throws Exception {
    CountDownLatch gate = destination.gate("a");
    write(ITEM, "a");
    write(ITEM, "b");
    write(ITEM, "c");
    await(destination.applied("c"));
    CountDownLatch written = new CountDownLatch(1);
    begin();
    append(ITEM, "d");
    Thread.ofPlatform()
        .start(
            () -> {
              commit();
              written.countDown();
            });
    assertEquals(1, written.getCount());
    gate.countDown();
    await(written);
    finish();
    assertEquals(
        List.of("lane a at 0/3", "lane b at 0/4", "lane c at 0/5", "lane d at 0/6"), since(2));
  }

  @Test
  void alterationHasLanesLookAtTablesAnew() throws Exception {
    write(ITEM, "a");
    finish();
    int made = destination.lanesMade();
    sink.resume(List.of());
    commit();
    write(ITEM, "b");
    write(ITEM, "c");
    finish();
    assertEquals("alone b", since(4).getFirst().substring(0, 7));
    assertTrue(destination.lanesMade() > made, "a lane was used further");
  }

  private List<String> since(int count) {
    List<String> commits = destination.commits();
    return commits.subList(count, commits.size());
  }

  /** One transaction in a batch of its own. */
  private void write(Relation relation, String... values) {
    begin();
    for (String value : values) {
      append(relation, value);
    }
    commit();
  }

  private void begin() {
    sink.begin(new TransactionHeader(new Xid((int) lsn), new Lsn(lsn), Instant.EPOCH));
  }

  private void append(Relation relation, String value) {
    sink.append(insert(relation, value));
  }

  private static Change insert(Relation relation, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    return new Change.Insert(relation, new Row.Builder(bytes, 1).text(0, bytes.length).build());
  }

  private void commit() {
    sink.commit(position(lsn++));
  }

  /** Waits for everything. */
  private void finish() {
    sink.learn(TypeCatalog.BUILT_IN);
  }

  private static Position position(long end) {
    return new Position(new Lsn(end), Xid.NONE);
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "waited in vain");
  }

  private static Relation relation(String name) {
    return new Relation(
        name.hashCode(),
        new TableId("public", name),
        ReplicaIdentity.DEFAULT,
        List.of(new Column("id", 25, -1, true)));
  }
}
