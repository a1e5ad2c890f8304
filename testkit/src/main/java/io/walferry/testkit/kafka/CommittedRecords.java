package io.walferry.testkit.kafka;

import io.walferry.testkit.wait.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What a consumer with {@code isolation.level=read_committed} finds in topics. */
public final class CommittedRecords {
  private static final Duration SILENCE_MAX = Await.patience(Duration.ofSeconds(30));
  private static final Duration POLL = Duration.ofMillis(100);

  private CommittedRecords() {}

  /**
   * All records of a topic up to its end as of now, those of a partition in their order. Waits for
   * transactions that are open: even a commit shows only a moment after it was made.
   *
   * @throws IllegalStateException if there is no such topic
   */
  public static List<KafkaRecord> of(KafkaBroker broker, String topic) {
    List<KafkaRecord> records = new ArrayList<>();
    read(broker, topic, records::add);
    return records;
  }

  /** The same, one after the other: for topics that are larger than memory. */
  public static void read(KafkaBroker broker, String topic, Consumer<KafkaRecord> reader) {
    StringDeserializer text = new StringDeserializer();
    try (KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(settings(broker, "read_committed"), text, text);
        KafkaConsumer<String, String> looker =
            new KafkaConsumer<>(settings(broker, "read_uncommitted"), text, text)) {
      List<TopicPartition> partitions =
          Optional.ofNullable(consumer.listTopics().get(topic))
              .orElseThrow(() -> new IllegalStateException("There is no topic " + topic))
              .stream()
              .map(one -> new TopicPartition(one.topic(), one.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      read(consumer, looker.endOffsets(partitions), reader);
    }
  }

  /** The names of the topics that are not Kafka's own. */
  public static List<String> topics(KafkaBroker broker) {
    StringDeserializer text = new StringDeserializer();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings(broker, "read_committed"), text, text)) {
      return consumer.listTopics().keySet().stream()
          .filter(name -> !name.startsWith("__"))
          .sorted()
          .toList();
    }
  }

  private static Map<String, Object> settings(KafkaBroker broker, String isolation) {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "isolation.level",
        isolation,
        "auto.offset.reset",
        "earliest",
        "enable.auto.commit",
        false);
  }

  private static void read(
      KafkaConsumer<String, String> consumer,
      Map<TopicPartition, Long> ends,
      Consumer<KafkaRecord> reader) {
    long deadline = System.nanoTime() + SILENCE_MAX.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.getOrDefault(partition, 0L)) {
          reader.accept(record(record));
        }
        deadline = System.nanoTime() + SILENCE_MAX.toNanos();
      }
      if (System.nanoTime() > deadline) {
        throw new KafkaBrokerException("Nothing came for " + SILENCE_MAX + " from " + ends);
      }
    }
  }

  private static KafkaRecord record(ConsumerRecord<String, String> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    record
        .headers()
        .forEach(
            header ->
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
    return new KafkaRecord(
        record.partition(),
        Optional.ofNullable(record.key()),
        Optional.ofNullable(record.value()),
        headers);
  }
}
