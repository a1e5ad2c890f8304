package io.walferry.kafka;

import io.walferry.error.DidYouMean;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** What Kafka's own clients can be told, and what of it is ours to decide. */
public final class ClientProperties {
  static final Set<String> OF_ADMIN = AdminClientConfig.configNames();
  static final Set<String> OF_PRODUCER = ProducerConfig.configNames();
  static final Set<String> OF_CONSUMER = ConsumerConfig.configNames();

  private static final String EXACTNESS = "it is fixed, so that each change comes once";

  /** By name, with the key of ours that takes its place, or why there is none. */
  private static final Map<String, String> OURS =
      Map.ofEntries(
          Map.entry("bootstrap.servers", "set 'bootstrapServers' instead"),
          Map.entry("transaction.timeout.ms", "set 'transactionTimeout' instead"),
          Map.entry("max.request.size", "set 'recordBytes' instead"),
          Map.entry("transactional.id", EXACTNESS),
          Map.entry("enable.idempotence", EXACTNESS),
          Map.entry("acks", EXACTNESS),
          Map.entry("retries", EXACTNESS),
          Map.entry("max.in.flight.requests.per.connection", EXACTNESS),
          Map.entry("isolation.level", EXACTNESS),
          Map.entry("group.id", EXACTNESS),
          Map.entry("enable.auto.commit", EXACTNESS),
          Map.entry("auto.offset.reset", EXACTNESS),
          Map.entry("max.block.ms", "it is fixed"),
          Map.entry("client.id", "it is made of the pipeline's name"),
          Map.entry("key.serializer", "the envelope is chosen by 'envelope'"),
          Map.entry("value.serializer", "the envelope is chosen by 'envelope'"),
          Map.entry("key.deserializer", EXACTNESS),
          Map.entry("value.deserializer", EXACTNESS));

  /** What a {@link SaslLogin} says. */
  private static final Set<String> OF_LOGIN =
      Set.of("security.protocol", "sasl.mechanism", "sasl.jaas.config");

  /** What {@link TlsSettings} say, in one way or another. */
  private static final Set<String> OF_TLS =
      Set.of(
          "security.protocol",
          "ssl.truststore.type",
          "ssl.truststore.location",
          "ssl.truststore.password",
          "ssl.truststore.certificates",
          "ssl.keystore.type",
          "ssl.keystore.location",
          "ssl.keystore.password",
          "ssl.keystore.key",
          "ssl.keystore.certificate.chain",
          "ssl.key.password");

  private ClientProperties() {}

  /** Why a property may not be set; empty if it may. */
  public static Optional<String> problem(String name) {
    if (OURS.containsKey(name)) {
      return Optional.of("'" + name + "' cannot be set: " + OURS.get(name));
    }
    Set<String> known = new TreeSet<>(OF_PRODUCER);
    known.addAll(OF_ADMIN);
    known.addAll(OF_CONSUMER);
    return known.contains(name)
        ? Optional.empty()
        : Optional.of(
            "Kafka's clients have no property '" + name + "'" + DidYouMean.suffix(name, known));
  }

  /** Why a property may not be set beside a login and settings of TLS; empty if it may. */
  public static Optional<String> conflict(String name, boolean login, boolean tls) {
    if (login && OF_LOGIN.contains(name)) {
      return Optional.of("'" + name + "' cannot be set beside 'sasl', which says it already");
    }
    return tls && OF_TLS.contains(name)
        ? Optional.of("'" + name + "' cannot be set beside 'tls', which says it already")
        : Optional.empty();
  }
}
