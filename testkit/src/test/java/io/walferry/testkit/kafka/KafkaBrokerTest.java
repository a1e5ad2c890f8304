package io.walferry.testkit.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.tls.TestCertificates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.apache.kafka.common.errors.SslAuthenticationException;
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
  @Kafka
  void aWrongPasswordIsRefused(KafkaBroker broker) throws Exception {
    assertEquals(1, nodes(withPassword(broker, quoted(broker.login().password()))));
    assertRefused(SaslAuthenticationException.class, withPassword(broker, "wrong"));
  }

  @Test
  @Kafka
  void aClientWithoutACertificateIsRefused(KafkaBroker broker) throws Exception {
    TestCertificates certificates = broker.certificates();
    Map<String, Object> known = new HashMap<>(trusting(broker, KafkaListener.CERTIFICATE));
    assertRefused(SslAuthenticationException.class, known);
    known.put("ssl.keystore.type", "PKCS12");
    known.put("ssl.keystore.location", certificates.pkcs12("client.p12", "rsa").toString());
    known.put("ssl.keystore.password", TestCertificates.PASSWORD);
    assertEquals(1, nodes(known));
  }

  @Test
  @Kafka
  void theSharedOneIsTheSameForAll(KafkaBroker broker, KafkaBroker again) {
    assertSame(broker, again);
    assertTrue(broker.isRunning());
  }

  private static Map<String, Object> withPassword(KafkaBroker broker, String password)
      throws Exception {
    Map<String, Object> client = new HashMap<>(trusting(broker, KafkaListener.TLS_PASSWORD));
    client.put("sasl.mechanism", "PLAIN");
    client.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\""
                .formatted(broker.login().user())
            + " password=\"%s\";".formatted(password));
    return client;
  }

  private static String quoted(String password) {
    return password.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static Map<String, Object> trusting(KafkaBroker broker, KafkaListener listener)
      throws Exception {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(listener),
        "security.protocol",
        listener.protocol(),
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        broker.certificates().pem("ca.pem", "ca").toString());
  }

  private static int nodes(Map<String, Object> client) throws Exception {
    try (Admin admin = Admin.create(client)) {
      return admin.describeCluster().nodes().get(30, TimeUnit.SECONDS).size();
    }
  }

  private static void assertRefused(
      Class<? extends Exception> refusal, Map<String, Object> client) {
    ExecutionException refused = assertThrows(ExecutionException.class, () -> nodes(client));
    assertInstanceOf(refusal, refused.getCause());
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
