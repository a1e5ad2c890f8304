package io.walferry.kafka;

import static io.walferry.kafka.Calls.apply;
import static io.walferry.kafka.Calls.chunk;
import static io.walferry.kafka.Calls.load;
import static io.walferry.kafka.Calls.position;
import static io.walferry.kafka.Calls.refused;
import static io.walferry.kafka.SampleTable.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.deadletter.RefusedRows;
import io.walferry.error.ErrorCode;
import io.walferry.kafka.PositionTopic.Contents;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.SinkState;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.wait.Await;
import io.walferry.time.MovableClock;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Chunks side by side, and who may write after a successor has come. */
@Kafka
final class KafkaFenceTest {
  private static final SampleTable ITEM = SampleTable.of("item", "*id:23", "name");

  private final Calls calls;

  KafkaFenceTest(KafkaBroker broker) {
    this.calls = new Calls(broker);
  }

  @Test
  void aPredecessorCanCommitNoMoreAndDoesNotStrikeBack() {
    Claim first = new Claim();
    MovableClock clock = MovableClock.running();
    KafkaSink predecessor = new KafkaSink(calls.settings(), RefusedRows.SILENT, clock);
    predecessor.open(calls.feed(), first);
    predecessor.prepare(List.of(ITEM.published()));
    predecessor.commit(position(0x10));
    // Only the age of the open transaction counts.
    clock.advance(KafkaSinkSettings.TRANSACTION_TIMEOUT);
    Calls.begin(predecessor, 0x20, ITEM.insert("1", "of the predecessor"));
    try (KafkaSink successor = new KafkaSink(calls.settings())) {
      SinkState state = successor.open(calls.feed(), new Claim());
      assertEquals(position(0x10), ((SinkState.Following) state).position());
      refused(ErrorCode.DESTINATION_BUSY, () -> predecessor.commit(position(0x21)));
      predecessor.close();
      try (KafkaSink again = new KafkaSink(calls.settings())) {
        refused(ErrorCode.DESTINATION_FENCED, () -> again.open(calls.feed(), first));
      }
      apply(successor, 0x20, ITEM.insert("1", "of the successor"));
    }
    assertEquals(
        List.of("{\"id\":1} c {\"id\":1,\"name\":\"of the successor\"}"), calls.told(ITEM));
  }

  @Test
  void aProcessKnowsItsFeedAgain() {
    Claim claim = new Claim();
    KafkaSink sink = new KafkaSink(calls.settings());
    sink.open(calls.feed(), claim);
    sink.prepare(List.of(ITEM.published()));
    sink.commit(position(0x10));
    sink.close();
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      again.open(calls.feed(), claim);
      apply(again, 0x20, ITEM.insert("1", "a"));
    }
    assertEquals(1, calls.told(ITEM).size());
  }

  @Test
  void ofTwoThatFoundNothingOneWrites() {
    Claim first = new Claim();
    Claim second = new Claim();
    try (KafkaSink one = new KafkaSink(calls.settings());
        KafkaSink other = new KafkaSink(calls.settings())) {
      assertEquals(SinkState.Fresh.FRESH, one.open(calls.feed(), first));
      assertEquals(SinkState.Fresh.FRESH, other.open(calls.feed(), second));
      refused(ErrorCode.DESTINATION_BUSY, () -> one.commit(position(0x10)));
      other.commit(position(0x20));
    }
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      refused(ErrorCode.DESTINATION_FENCED, () -> again.open(calls.feed(), first));
    }
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      assertInstanceOf(SinkState.Following.class, again.open(calls.feed(), second));
    }
  }

  @Test
  void chunksAreWrittenSideBySideAndADroppedOneLeavesNothing() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      try (ChunkWriter one = sink.chunkWriter();
          ChunkWriter other = sink.chunkWriter();
          ChunkWriter dropped = sink.chunkWriter()) {
        one.begin(ITEM.published());
        other.begin(ITEM.published());
        dropped.begin(ITEM.published());
        one.write(line("1", "a"));
        other.write(line("2", "\\N"));
        dropped.write(line("3", "c"));
        one.write(line("4", "d"));
        other.commit(chunk(ITEM, "2"));
        one.commit(chunk(ITEM, "1"));
        load(one, ITEM, "3", line("5", "e"));
      }
      apply(sink, 0x20, ITEM.insert("6", "f"));
    }
    assertEquals(
        List.of(
            "{\"id\":1} r {\"id\":1,\"name\":\"a\"}",
            "{\"id\":2} r {\"id\":2,\"name\":null}",
            "{\"id\":4} r {\"id\":4,\"name\":\"d\"}",
            "{\"id\":5} r {\"id\":5,\"name\":\"e\"}",
            "{\"id\":6} c {\"id\":6,\"name\":\"f\"}"),
        calls.told(ITEM).stream().sorted().toList());
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      SinkState.Following state = (SinkState.Following) again.open(calls.feed(), new Claim());
      assertEquals(
          Set.of("1", "2", "3", ""),
          state.ledger().stream().map(line -> line.part()).collect(Collectors.toSet()));
    }
  }

  /** The sink knows what its writers have written, and not only what is read back. */
  @Test
  void theLinesOfWritersCountAtOnce() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      try (ChunkWriter writer = sink.chunkWriter()) {
        load(writer, ITEM, "1", line("1", "a"));
        load(writer, ITEM, "2", line("2", "b"));
      }
      sink.forget(ITEM.id(), Set.of(Kind.CHUNK));
      sink.commit(position(0x20));
    }
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      SinkState.Following state = (SinkState.Following) again.open(calls.feed(), new Claim());
      assertEquals(List.of(Calls.followed(ITEM)), state.ledger());
    }
  }

  @Test
  void aWriterOfAPredecessorCanCommitNoMore() {
    try (KafkaSink predecessor = calls.following(calls.settings(), ITEM);
        ChunkWriter zombie = predecessor.chunkWriter()) {
      load(zombie, ITEM, "1", line("1", "a"));
      zombie.begin(ITEM.published());
      zombie.write(line("2", "of the predecessor"));
      try (KafkaSink successor = new KafkaSink(calls.settings())) {
        SinkState.Following state = (SinkState.Following) successor.open(calls.feed(), new Claim());
        assertTrue(state.ledger().contains(chunk(ITEM, "1")), () -> state.ledger().toString());
        refused(ErrorCode.DESTINATION_BUSY, () -> zombie.commit(chunk(ITEM, "2")));
        try (ChunkWriter writer = successor.chunkWriter()) {
          load(writer, ITEM, "2", line("2", "of the successor"));
        }
        successor.commit(position(0x20));
      }
    }
    assertEquals(
        List.of(
            "{\"id\":1} r {\"id\":1,\"name\":\"a\"}",
            "{\"id\":2} r {\"id\":2,\"name\":\"of the successor\"}"),
        calls.told(ITEM));
  }

  @Test
  void aWriterOfAPredecessorThatBeginsLateWritesNothing() {
    try (KafkaSink predecessor = calls.following(calls.settings(), ITEM);
        ChunkWriter late = predecessor.chunkWriter();
        KafkaSink successor = new KafkaSink(calls.settings())) {
      successor.open(calls.feed(), new Claim());
      refused(ErrorCode.DESTINATION_BUSY, () -> late.begin(ITEM.published()));
      try (ChunkWriter writer = successor.chunkWriter()) {
        load(writer, ITEM, "1", line("1", "of the successor"));
      }
      successor.commit(position(0x20));
    }
    assertEquals(
        List.of("{\"id\":1} r {\"id\":1,\"name\":\"of the successor\"}"), calls.told(ITEM));
  }

  @Test
  void whoHoldsThePositionIsNamed() {
    calls.following(calls.settings(), ITEM).close();
    KafkaClients clients = new KafkaClients(calls.settings(), "other", NanoClock.system());
    // The sink waits for the end of that transaction; its clock moves by a second at each look.
    AtomicLong time = new AtomicLong();
    NanoClock hasty = () -> time.addAndGet(TimeUnit.SECONDS.toNanos(1));
    try (var other = clients.producer("other-transactions");
        KafkaSink sink = new KafkaSink(calls.settings(), RefusedRows.SILENT, hasty)) {
      other.initTransactions();
      other.beginTransaction();
      byte[] key = SavedPosition.key(chunk(ITEM, "1"));
      var unused =
          other.send(
              new ProducerRecord<>("walferry.position." + calls.feed().pipeline(), key, null));
      other.flush();
      String message =
          refused(ErrorCode.DESTINATION_BUSY, () -> sink.open(calls.feed(), new Claim()));
      assertTrue(message.contains("other-transactions, Ongoing"), message);
    }
  }

  @Test
  void aWriterThatWasGivenUpWritesNoMore() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM);
        ChunkWriter writer = sink.chunkWriter()) {
      writer.begin(ITEM.published());
      writer.giveUp();
      refused(ErrorCode.INTERRUPTED, () -> writer.write(line("1", "a")));
    }
    assertEquals(List.of(), calls.told(ITEM));
  }

  @Test
  void aTransactionThatIsOpenTooLongSaysWhatHelps() {
    MovableClock clock = MovableClock.running();
    try (KafkaSink sink =
        calls.following(() -> new KafkaSink(calls.settings(), RefusedRows.SILENT, clock), ITEM)) {
      Calls.begin(sink, 0x20, ITEM.insert("1", "a"));
      clock.advance(KafkaSinkSettings.TRANSACTION_TIMEOUT);
      // A successor ends it at once, and the broker does so now and then.
      try (KafkaSink successor = new KafkaSink(calls.settings())) {
        successor.open(calls.feed(), new Claim());
      }
      refused(ErrorCode.DESTINATION_TRANSACTION_TOO_LONG, () -> sink.commit(position(0x21)));
    }
  }

  @Test
  void aTimeoutThatTheBrokerDoesNotAllowIsNamed() {
    KafkaSinkSettings settings = calls.settings().withTransactionTimeout(Duration.ofHours(2));
    try (KafkaSink sink = new KafkaSink(settings)) {
      String message =
          refused(ErrorCode.CONFIGURATION_INVALID, () -> sink.open(calls.feed(), new Claim()));
      assertTrue(message.contains("expected at most 900 s"), message);
      assertTrue(message.contains("transaction.max.timeout.ms"), message);
      assertTrue(message.contains("got 7200 s"), message);
    }
    refused(ErrorCode.CONFIGURATION_INVALID, () -> KafkaSink.requireReachable(settings));
  }

  @Test
  void aLookGoesOnWhereTheLastOneStopped() {
    KafkaClients clients = new KafkaClients(calls.settings(), "look", NanoClock.system());
    try (KafkaSink sink = calls.following(calls.settings(), ITEM);
        Cluster cluster = new Cluster(clients, calls.settings().topics());
        TransactionalProducer other = new TransactionalProducer(clients, calls.topic(ITEM))) {
      PositionTopic topic =
          new PositionTopic("walferry.position." + calls.feed().pipeline(), clients, cluster);
      List<LedgerEntry> lines = topic.readAll().lines();
      sink.note(List.of(new LedgerEntry(ITEM.id(), Kind.INDEXES, "1", "later")));
      sink.commit(position(0x20));
      assertEquals(lines.size() + 1, topic.readAll().lines().size());
      sink.forget(ITEM.id(), Set.of(Kind.INDEXES));
      sink.commit(position(0x30));
      Contents settled = topic.readAll();
      assertEquals(lines, settled.lines());
      assertEquals(position(0x30), settled.position().orElseThrow().position());

      SavedPosition theirs = new SavedPosition(calls.feed(), 99, position(0x40), false, 0);
      other.takeOver();
      other.send(new ProducerRecord<>(topic.name(), theirs.key(), theirs.value()));
      Await.until(
          "an open transaction shows", Duration.ofSeconds(30), () -> topic.written().epoch() == 99);
      assertEquals(settled, topic.read());
      other.abort();
      assertEquals(settled, topic.readAll());
      assertEquals(settled, topic.written());
    }
  }
}
