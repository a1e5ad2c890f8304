package io.walferry.kafka;

import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes clients of one cluster, with passwords as they were when this was made. Whoever asks for
 * one closes it.
 */
final class KafkaClients {
  /** How long a call may wait for the cluster, or for room in the producer's buffer. */
  private static final Duration WAIT_MAX = Duration.ofSeconds(30);

  /** The default of Kafka's producer. */
  private static final long BUFFER_BYTES_MIN = 32 << 20;

  private final KafkaSinkSettings settings;
  private final NanoClock clock;
  private final Map<String, String> given;

  /** Clients of one process must not share their names. */
  private final String clientId;

  private int made;

  KafkaClients(KafkaSinkSettings settings, String pipeline, NanoClock clock) {
    this.settings = settings;
    this.clock = clock;
    this.given = settings.cluster().clientProperties();
    this.clientId = "walferry-" + pipeline + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** The cluster, in messages. */
  String display() {
    return "Kafka at " + settings.cluster().bootstrapServers();
  }

  /** The clock that calls of these clients are measured by. */
  NanoClock clock() {
    return clock;
  }

  Duration transactionTimeout() {
    return settings.transactionTimeout();
  }

  Admin admin() {
    try {
      return Admin.create(properties(ClientProperties.OF_ADMIN));
    } catch (KafkaException e) {
      throw KafkaErrors.translate("make a client", display(), e);
    }
  }

  KafkaProducer<byte[], byte[]> producer(String transactionalId) {
    Map<String, Object> properties = properties(ClientProperties.OF_PRODUCER);
    properties.put("transactional.id", transactionalId);
    properties.put("transaction.timeout.ms", (int) settings.transactionTimeout().toMillis());
    properties.put("max.block.ms", WAIT_MAX.toMillis());
    properties.put("max.request.size", settings.records().bytesMax());
    // A record that is larger than the buffer is refused.
    properties.putIfAbsent(
        "buffer.memory", Math.max(BUFFER_BYTES_MIN, settings.records().bytesMax()));
    try {
      return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException e) {
      throw KafkaErrors.translate("make a producer", display(), e);
    }
  }

  /** What a consumer finds. */
  enum Isolation {
    COMMITTED("read_committed"),
    ANY("read_uncommitted");

    private final String level;

    Isolation(String level) {
      this.level = level;
    }
  }

  /** One that is in no group. */
  KafkaConsumer<byte[], byte[]> consumer(Isolation isolation) {
    Map<String, Object> properties = properties(ClientProperties.OF_CONSUMER);
    properties.put("isolation.level", isolation.level);
    properties.put("enable.auto.commit", false);
    properties.put("auto.offset.reset", "earliest");
    properties.put("allow.auto.create.topics", false);
    try {
      return new KafkaConsumer<>(
          properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException e) {
      throw KafkaErrors.translate("make a consumer", display(), e);
    }
  }

  private synchronized Map<String, Object> properties(Set<String> known) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("metric.reporters", "");
    properties.put("enable.metrics.push", false);
    properties.put("default.api.timeout.ms", (int) WAIT_MAX.toMillis());
    properties.putAll(given);
    properties.keySet().retainAll(known);
    properties.put("bootstrap.servers", settings.cluster().bootstrapServers());
    properties.put("client.id", clientId + "-" + made++);
    return properties;
  }
}
