package io.walferry.kafka;

import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How a cluster is reached and written.
 *
 * @param bootstrapServers as in {@code one:9092,two:9092}
 * @param properties of Kafka's own clients, for TLS, SASL, compression and so on
 * @param database where the rows come from, for those who read the records
 */
public record KafkaSinkSettings(
    String bootstrapServers,
    Map<String, String> properties,
    String database,
    TopicSettings topics,
    RecordSettings records,
    Duration transactionTimeout) {
  /** What brokers allow if nobody has told them otherwise. */
  public static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(15);

  public KafkaSinkSettings {
    properties = Map.copyOf(properties);
  }

  /** Defaults for everything that has one. */
  public static KafkaSinkSettings of(String bootstrapServers) {
    return new KafkaSinkSettings(
        bootstrapServers,
        Map.of(),
        "",
        TopicSettings.DEFAULT,
        RecordSettings.DEFAULT,
        TRANSACTION_TIMEOUT);
  }

  public KafkaSinkSettings withProperties(Map<String, String> theirs) {
    return new KafkaSinkSettings(
        bootstrapServers, theirs, database, topics, records, transactionTimeout);
  }

  public KafkaSinkSettings withDatabase(String name) {
    return new KafkaSinkSettings(
        bootstrapServers, properties, name, topics, records, transactionTimeout);
  }

  public KafkaSinkSettings with(TopicSettings theirs) {
    return new KafkaSinkSettings(
        bootstrapServers, properties, database, theirs, records, transactionTimeout);
  }

  public KafkaSinkSettings with(RecordSettings theirs) {
    return new KafkaSinkSettings(
        bootstrapServers, properties, database, topics, theirs, transactionTimeout);
  }

  public KafkaSinkSettings with(Envelope envelope) {
    return with(records.with(envelope));
  }

  /** How long a transaction may be open, from its first record to its commit. */
  public KafkaSinkSettings withTransactionTimeout(Duration most) {
    return new KafkaSinkSettings(bootstrapServers, properties, database, topics, records, most);
  }

  /** Whether feeds of one name would have one position at both. */
  public boolean sharesPosition(KafkaSinkSettings other) {
    Set<String> servers =
        new HashSet<>(Arrays.asList(bootstrapServers.toLowerCase(Locale.ROOT).split(",", -1)));
    return topics.position().equals(other.topics().position())
        && Arrays.stream(other.bootstrapServers().toLowerCase(Locale.ROOT).split(",", -1))
            .anyMatch(servers::contains);
  }

  EnvelopeSettings envelope(String pipeline) {
    return new EnvelopeSettings(records.envelope(), pipeline, database, records.unavailable());
  }

  /** Shows no property, which may be a password. */
  @Override
  public String toString() {
    return "KafkaSinkSettings[" + bootstrapServers + ", " + properties.keySet() + "]";
  }
}
