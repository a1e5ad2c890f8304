package io.walferry.kafka;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.KafkaClients.Isolation;
import io.walferry.sink.Claim;
import io.walferry.sink.Ledger;
import io.walferry.sink.LedgerEntry;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The compacted topic of one partition that holds a feed's position and ledger. No other feed
 * writes it: an open transaction of another one would hide what was committed after it began.
 *
 * <p>Remembers what was read, so that the next look reads only what follows. The position that it
 * tells is the newest then; a line may be told that is gone, if its removal has been compacted away
 * between the two looks: so read lines while a feed is opened. Any thread may look.
 */
final class PositionTopic {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

  /** The cluster says that a transaction is committed before its topics show it. */
  private static final Duration SETTLED_MAX = Duration.ofSeconds(10);

  private static final Duration SETTLED_LOOK = Duration.ofMillis(10);
  private static final String POLICY = "cleanup.policy";
  private static final String COMPACT = "compact";

  /**
   * Keeps the topic small however often the feed commits: it is compacted every few minutes, and
   * markers of transactions and what was removed go an hour later.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          POLICY,
          COMPACT,
          "segment.bytes",
          Integer.toString(16 << 20),
          "segment.ms",
          Long.toString(Duration.ofMinutes(10).toMillis()),
          "max.compaction.lag.ms",
          Long.toString(Duration.ofMinutes(10).toMillis()),
          "delete.retention.ms",
          Long.toString(Duration.ofHours(1).toMillis()));

  private final String topic;
  private final TopicPartition partition;
  private final KafkaClients clients;
  private final Cluster cluster;
  private final Records committed = new Records();

  /** Where what is not in {@link #committed} begins. */
  private long next;

  /** Whether the topic is there, and can hold a position. */
  private boolean found;

  /** What was read: nothing where a feed was never begun. */
  record Contents(Optional<SavedPosition> position, List<LedgerEntry> lines) {
    static final Contents NOTHING = new Contents(Optional.empty(), List.of());

    /** Of the claim that has the feed. */
    long epoch() {
      return position.map(SavedPosition::epoch).orElse(Claim.NEVER_BEGUN);
    }

    int writers() {
      return position.map(SavedPosition::writers).orElse(0);
    }
  }

  PositionTopic(String topic, KafkaClients clients, Cluster cluster) {
    this.topic = topic;
    this.partition = new TopicPartition(topic, 0);
    this.clients = clients;
    this.cluster = cluster;
  }

  String name() {
    return topic;
  }

  /**
   * Everything that is committed.
   *
   * @throws WalferryException {@code DESTINATION_FORMAT} if it is not understood, {@code
   *     DESTINATION_SHAPE} if the topic could lose it
   */
  synchronized Contents read() {
    if (!isThere()) {
      return Contents.NOTHING;
    }
    readCommitted();
    return committed.contents();
  }

  /**
   * Everything that is committed or may yet be. A commit shows only a moment after it was made, so
   * whoever asks for what is committed may not find his own.
   */
  synchronized Contents written() {
    if (!isThere()) {
      return Contents.NOTHING;
    }
    readCommitted();
    Records written = new Records(committed);
    try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(Isolation.ANY)) {
      long unused = readOn(consumer, written);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
    return written.contents();
  }

  /**
   * As {@link #read}, when nobody can be in the middle of writing it any more; waits until what was
   * committed last shows.
   */
  synchronized Contents readAll() {
    if (!isThere()) {
      return Contents.NOTHING;
    }
    try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(Isolation.COMMITTED)) {
      awaitSettled(consumer);
      next = readOn(consumer, committed);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
    return committed.contents();
  }

  private void readCommitted() {
    try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(Isolation.COMMITTED)) {
      next = readOn(consumer, committed);
    } catch (KafkaException e) {
      throw unreadable(e);
    }
  }

  /** Reads what follows what is known already, to the end as of now; returns where that is. */
  private long readOn(KafkaConsumer<byte[], byte[]> consumer, Records into) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, next);
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    Stopwatch silence = Stopwatch.start(clients.clock());
    long reached = next;
    while (reached < end) {
      consumer.poll(POLL).forEach(into::put);
      long position = consumer.position(partition);
      if (position > reached) {
        reached = position;
        silence = silence.restart();
      } else if (silence.hasReached(SILENCE_MAX)) {
        throw silent();
      }
    }
    return reached;
  }

  private void awaitSettled(KafkaConsumer<byte[], byte[]> consumer) {
    Stopwatch waited = Stopwatch.start(clients.clock());
    try {
      // A consumer of what is committed is told the first open transaction as the end.
      long end = cluster.end(topic);
      while (consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L) < end) {
        if (waited.hasReached(SETTLED_MAX)) {
          throw new WalferryException(
              ErrorCode.DESTINATION_BUSY,
              "Topic %s at %s has an open transaction %s"
                  .formatted(topic, clients.display(), cluster.oldestTransaction(topic)));
        }
        clients.clock().pause(SETTLED_LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "interrupted while topic " + topic + " was read", e);
    }
  }

  /** Makes the topic unless it is there. */
  void create() {
    if (!isThere()) {
      cluster.create(List.of(topic), 1, SETTINGS);
    }
  }

  private synchronized boolean isThere() {
    if (found) {
      return true;
    }
    Optional<Integer> partitions =
        Optional.ofNullable(cluster.partitions(List.of(topic)).get(topic));
    if (partitions.isEmpty()) {
      return false;
    }
    String policy = cluster.setting(topic, POLICY);
    if (partitions.get() != 1 || !policy.equals(COMPACT)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Topic %s at %s, which is to hold the position: expected 1 partition and %s=%s, got %d and %s"
              .formatted(topic, clients.display(), POLICY, COMPACT, partitions.get(), policy));
    }
    found = true;
    return true;
  }

  private WalferryException unreadable(KafkaException cause) {
    return KafkaErrors.translate("read topic " + topic, clients.display(), cause);
  }

  private WalferryException silent() {
    return new WalferryException(
        ErrorCode.DESTINATION_UNREACHABLE,
        "could not read topic %s at %s to its end: nothing came for %s"
            .formatted(topic, clients.display(), SILENCE_MAX));
  }

  /** The newest record of each key. */
  private final class Records {
    private final Map<Map<String, String>, Map<String, String>> values;

    Records() {
      values = new HashMap<>();
    }

    Records(Records before) {
      values = new HashMap<>(before.values);
    }

    void put(ConsumerRecord<byte[], byte[]> record) {
      try {
        Map<String, String> key = Documents.decode(record.key());
        if (record.value() == null) {
          values.remove(key);
        } else {
          values.put(key, known(Documents.decode(record.value())));
        }
      } catch (IllegalArgumentException e) {
        throw damaged(e);
      }
    }

    private Map<String, String> known(Map<String, String> value) {
      if (!SavedPosition.isKnown(value)) {
        throw new WalferryException(
            ErrorCode.DESTINATION_FORMAT,
            "Topic %s at %s has records of format %s, which this version of Walferry does not know"
                .formatted(topic, clients.display(), Documents.require(value, "format")));
      }
      return value;
    }

    Contents contents() {
      Ledger ledger = new Ledger();
      Optional<SavedPosition> position = Optional.empty();
      try {
        for (var record : values.entrySet()) {
          if (SavedPosition.isKey(record.getKey())) {
            position = Optional.of(SavedPosition.decode(record.getValue()));
          } else {
            ledger.putAll(List.of(SavedPosition.line(record.getKey(), record.getValue())));
          }
        }
      } catch (IllegalArgumentException e) {
        throw damaged(e);
      }
      return new Contents(position, ledger.lines());
    }

    private WalferryException damaged(IllegalArgumentException cause) {
      return new WalferryException(
          ErrorCode.DESTINATION_FORMAT,
          "Topic %s at %s is damaged, or was not made by Walferry"
              .formatted(topic, clients.display()),
          cause);
    }
  }
}
