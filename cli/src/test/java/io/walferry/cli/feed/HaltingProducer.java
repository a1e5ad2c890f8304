package io.walferry.cli.feed;

import io.walferry.kafka.KafkaSinkSettings;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Ends its process, as SIGKILL would, between the records of a transaction and its commit: at one
 * step of the position, or of the ledger's line of a chunk, that comes behind records. Kafka's
 * clients make it by its name; consumers are given the same properties, and are let alone.
 */
public final class HaltingProducer
    implements ProducerInterceptor<byte[], byte[]>, ConsumerInterceptor<byte[], byte[]> {
  private static final String STEP_PROPERTY = "walferry.test.halt";
  private static final String POSITIONS = "walferry.position.";

  private final Step step = Step.valueOf(System.getProperty(STEP_PROPERTY, Step.NEVER.name()));

  /** Whether the producer writes chunks. */
  private boolean chunks;

  /** For the thread that sends: whether records were sent since the last position. */
  private boolean records;

  /** Whether the position that was sent last comes behind records. */
  private volatile boolean due;

  /** What has just happened. */
  enum Step {
    /** All rows of a chunk were sent, and its line is next. */
    LINE_DUE,
    /** The broker has the line of a chunk, and was not told to commit it. */
    LINE_WRITTEN,
    /** All changes of a batch were sent, and the position is next. */
    POSITION_DUE,
    /** The broker has the position, and was not told to commit it. */
    POSITION_WRITTEN,
    NEVER;

    boolean isOfChunks() {
      return this == LINE_DUE || this == LINE_WRITTEN;
    }
  }

  /** The option of a process that is to halt at a step. */
  static String option(Step step) {
    return "-D" + STEP_PROPERTY + "=" + step;
  }

  /** For a process that may be told to halt. */
  static KafkaSinkSettings in(KafkaSinkSettings settings) {
    return settings.withProperties(Map.of("interceptor.classes", HaltingProducer.class.getName()));
  }

  @Override
  public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
    boolean position = record.topic().startsWith(POSITIONS);
    due = position && records;
    records = !position;
    if (due) {
      passed(chunks ? Step.LINE_DUE : Step.POSITION_DUE);
    }
    return record;
  }

  @Override
  public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
    if (failure == null && metadata != null && due && metadata.topic().startsWith(POSITIONS)) {
      passed(chunks ? Step.LINE_WRITTEN : Step.POSITION_WRITTEN);
    }
  }

  private void passed(Step reached) {
    if (step == reached) {
      Runtime.getRuntime().halt(HaltingSink.STATUS);
    }
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> read) {
    return read;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void close() {}

  @Override
  public void configure(Map<String, ?> configuration) {
    Object name = configuration.get("transactional.id");
    chunks = name != null && name.toString().matches("walferry/.*/[0-9]+");
  }
}
