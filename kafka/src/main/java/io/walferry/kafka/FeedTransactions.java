package io.walferry.kafka;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.PositionTopic.Contents;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Ledger;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The transactions of a feed: what they bring, the position and the ledger become visible together.
 *
 * <p>A broker cannot compare a position before it writes, so the fence is made of two things. The
 * producers' names: whoever takes over a name ends the transaction of its predecessor, who can
 * begin no other. And the epoch in the position: it says who has the feed, so that one who was
 * ended comes back only if that was not for a successor. The feed's own name is taken over first,
 * then those of chunk writers: the position says how many there may be, and the feed's own producer
 * has written that before the first of them began.
 *
 * <p>Belongs to the sink's thread, but for {@link #commitChunk}.
 */
final class FeedTransactions implements AutoCloseable {
  /** So that not each writer costs a commit. */
  private static final int WRITERS_MIN = 4;

  private final KafkaClients clients;
  private final PositionTopic topic;
  private final Claim claim;
  private final Ledger ledger = new Ledger();
  private final String pipeline;
  private final String names;
  private final String name;
  private final TransactionalProducer producer;
  private final List<ProducerRecord<byte[], byte[]>> unwritten = new ArrayList<>();
  private Optional<FeedIdentity> feed = Optional.empty();
  private Position position = new Position(Lsn.ZERO, Xid.NONE);
  private int writers;

  /** Whether the topic of the position is known to be there. */
  private boolean created;

  FeedTransactions(KafkaClients clients, PositionTopic topic, Claim claim, String pipeline) {
    this.clients = clients;
    this.topic = topic;
    this.claim = claim;
    this.pipeline = pipeline;
    this.names = "walferry/" + topic.name();
    this.name = "%d.%x".formatted(claim.epoch(), new SecureRandom().nextLong());
    this.producer = new TransactionalProducer(clients, names);
  }

  TransactionalProducer producer() {
    return producer;
  }

  String pipeline() {
    return pipeline;
  }

  /** Tells this sink's records from those of others, be they made by the same process. */
  String name() {
    return name;
  }

  SinkState open(FeedIdentity opening) {
    feed = Optional.of(opening);
    String where = "Pipeline " + opening.pipeline() + " in " + clients.display();
    requireMine(topic.written(), opening, where);
    producer.takeOver();
    endWriters();
    Contents found = topic.readAll();
    claim.require(found.epoch(), where);
    if (found.position().isEmpty()) {
      return SinkState.Fresh.FRESH;
    }
    SavedPosition saved = found.position().get();
    claim.requireSource(saved.feed(), opening, clients.display());
    created = true;
    save(saved.takenOver(claim));
    List<LedgerEntry> lines = saved.writers() > 0 ? linesAfterAll() : found.lines();
    ledger.putAll(lines);
    return new SinkState.Following(saved.position(), saved.feed(), lines);
  }

  /**
   * A writer of a predecessor may have begun after the writers were ended, and before the epoch was
   * there that would have told it not to.
   */
  private List<LedgerEntry> linesAfterAll() {
    endWriters();
    return topic.readAll().lines();
  }

  /** Who has lost the feed, or has another one, must not end the transactions of who has it. */
  private void requireMine(Contents written, FeedIdentity opening, String where) {
    if (!claim.allows(written.epoch())) {
      claim.require(written.epoch(), where);
    }
    written
        .position()
        .ifPresent(saved -> claim.requireSource(saved.feed(), opening, clients.display()));
  }

  /** A writer that is ended may have hidden how many others there are. */
  private void endWriters() {
    int ended = 0;
    for (int known = topic.read().writers(); ended < known; known = topic.read().writers()) {
      for (; ended < known; ended++) {
        producerOf(ended).close();
      }
    }
  }

  /**
   * A producer for a chunk writer of this sink, from any thread. It has ended what its predecessors
   * have left; so it looks whether that was not a successor.
   *
   * @throws WalferryException {@code DESTINATION_BUSY} if somebody else has the feed
   */
  TransactionalProducer writer(int place) {
    TransactionalProducer made = producerOf(place);
    try {
      requireFeed();
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void requireFeed() {
    long present = topic.written().epoch();
    if (present != claim.epoch()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_BUSY,
          "Pipeline %s in %s: expected epoch %d, got %d"
              .formatted(pipeline, clients.display(), claim.epoch(), present));
    }
  }

  private TransactionalProducer producerOf(int writer) {
    TransactionalProducer made = new TransactionalProducer(clients, names + "/" + writer);
    try {
      made.takeOver();
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  List<LedgerEntry> lines() {
    synchronized (ledger) {
      return ledger.lines();
    }
  }

  void note(List<LedgerEntry> entries) {
    synchronized (ledger) {
      ledger.putAll(entries);
    }
    entries.forEach(line -> unwritten.add(record(line)));
  }

  void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    synchronized (ledger) {
      ledger.remove(table, kinds).forEach(line -> unwritten.add(removal(line)));
    }
  }

  private ProducerRecord<byte[], byte[]> record(LedgerEntry line) {
    return new ProducerRecord<>(topic.name(), SavedPosition.key(line), SavedPosition.value(line));
  }

  private ProducerRecord<byte[], byte[]> removal(LedgerEntry line) {
    return new ProducerRecord<>(topic.name(), SavedPosition.key(line), null);
  }

  void commit(Position reached) {
    boolean unsettled;
    synchronized (ledger) {
      unsettled = ledger.hasUnsettled();
    }
    save(reached, unsettled, unsettled ? writers : 0);
  }

  /** Says that this many chunk writers may be at work from now on. */
  void startWriters(int count) {
    if (count > writers) {
      save(position, true, Math.max(WRITERS_MIN, Integer.highestOneBit(2 * count - 1)));
    }
  }

  /** By the feed that was opened, which may be on a later timeline or server. */
  private void save(Position reached, boolean loading, int places) {
    save(new SavedPosition(feed.orElseThrow(), claim.epoch(), reached, loading, places));
  }

  /** From any thread: a chunk's records, which the producer has, become visible with its line. */
  void commitChunk(TransactionalProducer writer, LedgerEntry line) {
    writer.send(record(line));
    writer.commit();
    synchronized (ledger) {
      ledger.putAll(List.of(line));
    }
  }

  private void save(SavedPosition next) {
    if (!created) {
      topic.create();
      created = true;
    }
    unwritten.forEach(producer::send);
    producer.send(new ProducerRecord<>(topic.name(), next.key(), next.value()));
    producer.commit();
    unwritten.clear();
    claim.hold();
    position = next.position();
    writers = next.writers();
  }

  @Override
  public void close() {
    producer.close();
  }
}
