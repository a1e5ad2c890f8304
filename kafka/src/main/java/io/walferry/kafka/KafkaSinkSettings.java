package io.walferry.kafka;

import io.walferry.kafka.RecordSettings.TooLarge;
import io.walferry.kafka.converter.ConversionSettings;
import io.walferry.kafka.converter.ConversionSettings.Unconvertible;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import io.walferry.publication.InvalidText;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a cluster is reached and written.
 *
 * @param database where the rows come from, for those who read the records
 * @param conversion what makes bytes of keys and values
 * @param invalidText what becomes of such text at the source; dead letters need a topic
 * @param transactionTimeout how long a transaction may be open, from its first record to its commit
 */
public record KafkaSinkSettings(
    ClusterSettings cluster,
    String database,
    TopicSettings topics,
    RecordSettings records,
    ConversionSettings conversion,
    InvalidText invalidText,
    Duration transactionTimeout) {
  /** What brokers allow if nobody has told them otherwise. */
  public static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(15);

  /** Defaults for everything that has one. */
  public static KafkaSinkSettings of(String bootstrapServers) {
    return of(ClusterSettings.of(bootstrapServers));
  }

  /** Defaults for everything that has one. */
  public static KafkaSinkSettings of(ClusterSettings cluster) {
    return new KafkaSinkSettings(
        cluster,
        "",
        TopicSettings.DEFAULT,
        RecordSettings.DEFAULT,
        ConversionSettings.NONE,
        InvalidText.FAIL,
        TRANSACTION_TIMEOUT);
  }

  public KafkaSinkSettings with(ClusterSettings theirs) {
    return new KafkaSinkSettings(
        theirs, database, topics, records, conversion, invalidText, transactionTimeout);
  }

  public KafkaSinkSettings withLogin(SaslLogin login) {
    return with(cluster.with(login));
  }

  public KafkaSinkSettings withProperties(Map<String, String> theirs) {
    return with(cluster.withProperties(theirs));
  }

  public KafkaSinkSettings withDatabase(String name) {
    return new KafkaSinkSettings(
        cluster, name, topics, records, conversion, invalidText, transactionTimeout);
  }

  public KafkaSinkSettings with(TopicSettings theirs) {
    return new KafkaSinkSettings(
        cluster, database, theirs, records, conversion, invalidText, transactionTimeout);
  }

  public KafkaSinkSettings with(RecordSettings theirs) {
    return new KafkaSinkSettings(
        cluster, database, topics, theirs, conversion, invalidText, transactionTimeout);
  }

  public KafkaSinkSettings with(Envelope envelope) {
    return with(records.with(envelope));
  }

  public KafkaSinkSettings with(ConversionSettings theirs) {
    return new KafkaSinkSettings(
        cluster, database, topics, records, theirs, invalidText, transactionTimeout);
  }

  public KafkaSinkSettings with(InvalidText ofSource) {
    return new KafkaSinkSettings(
        cluster, database, topics, records, conversion, ofSource, transactionTimeout);
  }

  public KafkaSinkSettings withTransactionTimeout(Duration most) {
    return new KafkaSinkSettings(cluster, database, topics, records, conversion, invalidText, most);
  }

  /** Whether feeds of one name would have one position at both. */
  public boolean sharesPosition(KafkaSinkSettings other) {
    return topics.position().equals(other.topics().position())
        && cluster.sharesServer(other.cluster());
  }

  /** Where a pipeline's dead letters go; empty if there are none. */
  public Optional<String> deadLetterTopic(String pipeline) {
    boolean any =
        records.tooLarge() == TooLarge.DEAD_LETTER
            || conversion.unconvertible() == Unconvertible.DEAD_LETTER
            || invalidText == InvalidText.DEAD_LETTER;
    return any
        ? Optional.of(TopicTemplate.ofPipeline(topics.deadLetters()).of(pipeline))
        : Optional.empty();
  }

  EnvelopeSettings envelope(String pipeline) {
    return new EnvelopeSettings(records.envelope(), pipeline, database, records.unavailable());
  }
}
