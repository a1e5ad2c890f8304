package io.walferry.testkit.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Kafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

final class KafkaBrokerTest {
  private static final TopicPartition PARTITION = new TopicPartition("words", 0);

  @Test
  void recordsAreThereAfterAStopAndAfterAKill() throws Exception {
    try (KafkaBroker broker = KafkaBroker.builder().start()) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      try (Admin admin = Admin.create(client)) {
        admin
            .createTopics(List.of(new NewTopic("words", Optional.of(1), Optional.empty())))
            .all()
            .get(30, TimeUnit.SECONDS);
      }
      write(client, "one");
      broker.restart();
      write(client, "two");
      broker.kill();
      assertFalse(broker.isRunning());
      broker.start();
      write(client, "three");
      assertEquals(List.of("one", "two", "three"), words(client, 3));
    }
  }

  @Test
  void anotherUserIsNotLetIn() throws Exception {
    try (KafkaBroker broker = KafkaBroker.builder().login("shop", "right").start()) {
      try (Admin admin = Admin.create(as(broker, "right"))) {
        assertEquals(1, admin.describeCluster().nodes().get(30, TimeUnit.SECONDS).size());
      }
      try (Admin admin = Admin.create(as(broker, "wrong"))) {
        ExecutionException refused =
            assertThrows(
                ExecutionException.class,
                () -> admin.describeCluster().nodes().get(30, TimeUnit.SECONDS));
        assertTrue(refused.getCause() instanceof SaslAuthenticationException);
      }
    }
  }

  @Test
  @Kafka
  void theSharedOneIsTheSameForAll(KafkaBroker broker, KafkaBroker again) {
    assertSame(broker, again);
    assertTrue(broker.isRunning());
  }

  private static Map<String, Object> as(KafkaBroker broker, String password) {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"shop\""
            + " password=\"%s\";".formatted(password));
  }

  private static void write(Map<String, Object> client, String word) throws Exception {
    StringSerializer text = new StringSerializer();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(client, text, text)) {
      producer.send(new ProducerRecord<>("words", word)).get(30, TimeUnit.SECONDS);
    }
  }

  private static List<String> words(Map<String, Object> client, int count) {
    StringDeserializer text = new StringDeserializer();
    List<String> words = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(client, text, text)) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (words.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> words.add(record.value()));
      }
    }
    return words;
  }
}
