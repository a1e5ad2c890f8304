package io.walferry.bench.compare;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.kafka.KafkaSink;
import io.walferry.kafka.KafkaSinkSettings;
import io.walferry.kafka.RecordSettings;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.kafka.envelope.EventEncoder;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import io.walferry.kafka.envelope.RowEvent;
import io.walferry.kafka.envelope.RowImage;
import io.walferry.kafka.envelope.TableShape;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writers of the same records to Kafka, in transactions of the same size. */
final class KafkaWriters {
  /** The sink's name; it has the length of the other one, so that records have equal sizes. */
  private static final String OURS = "sink";

  private static final String BARE = "bare";
  private static final String TOPIC = BARE + ".public.orders";
  private static final String POSITION = BARE + ".position";

  private KafkaWriters() {}

  /** Writes the same changes each time, one after the other, and commits. */
  interface Writer extends AutoCloseable {
    void write();

    @Override
    void close();
  }

  static Writer sink(String servers, List<Change.Insert> changes) {
    KafkaSink sink = new KafkaSink(KafkaSinkSettings.of(servers).withDatabase("shop"));
    sink.open(new FeedIdentity(OURS, 1, 1, OURS), new Claim());
    sink.prepare(List.of(KafkaOrders.table()));
    sink.commit(new Position(Lsn.ZERO, Xid.NONE));
    return new Writer() {
      @Override
      public void write() {
        sink.begin(KafkaOrders.TRANSACTION);
        changes.forEach(sink::append);
        sink.commit(
            new Position(KafkaOrders.TRANSACTION.commitLsn(), KafkaOrders.TRANSACTION.xid()));
      }

      @Override
      public void close() {
        sink.close();
      }
    };
  }

  /**
   * A producer with the sink's settings, which has nothing to do but to send records that were made
   * before, and a position.
   */
  static Writer bare(String servers, List<Change.Insert> changes) {
    List<ProducerRecord<byte[], byte[]>> records = records(changes);
    create(servers, TOPIC, POSITION);
    KafkaProducer<byte[], byte[]> producer = producer(servers);
    producer.initTransactions();
    return new Writer() {
      @Override
      public void write() {
        producer.beginTransaction();
        for (ProducerRecord<byte[], byte[]> made : records) {
          // A producer closes a record's headers, so each is sent once.
          var unused = producer.send(new ProducerRecord<>(made.topic(), made.key(), made.value()));
        }
        var unused = producer.send(new ProducerRecord<>(POSITION, new byte[20], new byte[200]));
        producer.commitTransaction();
      }

      @Override
      public void close() {
        producer.close();
      }
    };
  }

  /** With one partition, as the sink makes them. */
  private static void create(String servers, String... topics) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      List<NewTopic> made =
          Arrays.stream(topics)
              .map(topic -> new NewTopic(topic, Optional.of(1), Optional.empty()))
              .toList();
      admin.createTopics(made).all().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(String servers) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", servers);
    properties.put("metric.reporters", "");
    properties.put("enable.metrics.push", false);
    properties.put("transactional.id", BARE);
    properties.put(
        "transaction.timeout.ms", (int) KafkaSinkSettings.TRANSACTION_TIMEOUT.toMillis());
    properties.put("max.request.size", RecordSettings.BYTES_MAX);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static List<ProducerRecord<byte[], byte[]>> records(List<Change.Insert> changes) {
    EventEncoder encoder =
        new EventEncoder(
            new EnvelopeSettings(Envelope.DEBEZIUM, BARE, "shop", EnvelopeSettings.UNAVAILABLE));
    TableShape shape = new TableShape(KafkaOrders.RELATION, List.of("id"), true);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int ordinal = 0; ordinal < changes.size(); ordinal++) {
      Change.Insert change = changes.get(ordinal);
      RowImage after = RowImage.of(change.after());
      RowEvent event =
          new RowEvent(
              Op.CREATE,
              shape,
              Optional.empty(),
              Optional.of(after),
              new Origin.InTransaction(KafkaOrders.TRANSACTION, ordinal));
      records.add(
          new ProducerRecord<>(
              TOPIC, encoder.key(shape, after), encoder.value(event, Integer.MAX_VALUE)));
    }
    return records;
  }
}
