package io.walferry.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.change.TableId;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicy;
import io.walferry.error.WalferryException;
import io.walferry.kafka.envelope.Op;
import io.walferry.kafka.envelope.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records that are refused to the topic of dead letters: with key and headers as they would
 * have had, the value in parts, in the transaction of their neighbours. Belongs to one thread.
 */
final class DeadLetterRecords {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterRecords.class);
  private static final String OURS = "walferry.deadletter.";

  /** What Kafka Connect says of its dead letters; whoever reads those finds them here. */
  private static final String CONNECT = "__connect.errors.";

  /** Less room is left only by a key that is nearly as large as a record may be. */
  private static final int PART_BYTES_MIN = 1_024;

  private final String topic;
  private final String pipeline;
  private final RefusedRows heard;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();

  /** What a record would have told. */
  record Subject(Optional<TableId> table, Op op, Origin origin) {
    /** Tells letters from one another. */
    private String id() {
      return switch (origin) {
        case Origin.InTransaction(var header, long ordinal) ->
            "%s-%d-%s".formatted(header.commitLsn(), ordinal, op.letter());
        case Origin.InLoad(String load, long ordinal) ->
            "%s-%d-%s".formatted(load, ordinal, op.letter());
      };
    }
  }

  /** Of one transaction at the cluster. */
  private record Tally(Optional<TableId> table, long count, String firstReason) {
    Tally more() {
      return new Tally(table, count + 1, firstReason);
    }
  }

  DeadLetterRecords(String topic, String pipeline, RefusedRows heard) {
    this.topic = topic;
    this.pipeline = pipeline;
    this.heard = heard;
  }

  /**
   * Sends a record in parts.
   *
   * @param refused with a value
   * @param bytesMax how large key, value and headers of a part may be
   * @throws WalferryException the given one, if even parts would be too large
   */
  void bury(
      ProducerRecord<byte[], byte[]> refused,
      Subject subject,
      WalferryException why,
      int bytesMax,
      TransactionalProducer producer) {
    Headers about = headers(refused, subject, why);
    int keyBytes = Optional.ofNullable(refused.key()).map(key -> key.length).orElse(0);
    int partBytes = bytesMax - keyBytes - bytes(about);
    if (partBytes < PART_BYTES_MIN) {
      throw why;
    }
    List<byte[]> parts = parts(refused.value(), partBytes);
    for (int part = 0; part < parts.size(); part++) {
      Headers headers = new RecordHeaders(about);
      put(headers, OURS + "part", (part + 1) + "/" + parts.size());
      producer.send(new ProducerRecord<>(topic, null, refused.key(), parts.get(part), headers));
    }
    tallies.compute(
        refused.topic(),
        (name, tally) ->
            tally == null ? new Tally(subject.table(), 1, why.getMessage()) : tally.more());
  }

  /** Each ends with a whole character, so that it is a text. */
  private static List<byte[]> parts(byte[] text, int bytesMax) {
    List<byte[]> parts = new ArrayList<>();
    int begin = 0;
    while (begin < text.length) {
      int end = Math.min(text.length, begin + bytesMax);
      while (end < text.length && (text[end] & 0xC0) == 0x80) {
        end--;
      }
      parts.add(Arrays.copyOfRange(text, begin, end));
      begin = end;
    }
    return parts;
  }

  private Headers headers(
      ProducerRecord<byte[], byte[]> refused, Subject subject, WalferryException why) {
    Headers headers = new RecordHeaders(refused.headers());
    put(headers, OURS + "id", subject.id());
    subject.table().ifPresent(table -> put(headers, OURS + "table", table.toString()));
    put(headers, OURS + "op", subject.op().letter());
    if (subject.origin() instanceof Origin.InTransaction(var transaction, long unused)) {
      put(headers, OURS + "lsn", transaction.commitLsn().toString());
      put(headers, OURS + "xid", transaction.xid().toString());
    }
    put(headers, OURS + "error", why.code().name());
    put(headers, OURS + "bytes", Integer.toString(refused.value().length));
    put(headers, CONNECT + "topic", refused.topic());
    put(headers, CONNECT + "connector.name", pipeline);
    put(headers, CONNECT + "exception.class.name", why.getClass().getName());
    put(headers, CONNECT + "exception.message", String.valueOf(why.getMessage()));
    return headers;
  }

  private static void put(Headers headers, String name, String text) {
    headers.add(name, text.getBytes(UTF_8));
  }

  /** With the header that tells parts, and the lengths. */
  private static int bytes(Headers headers) {
    int bytes = 64;
    for (Header header : headers) {
      bytes += header.key().getBytes(UTF_8).length + 10;
      bytes += Optional.ofNullable(header.value()).map(value -> value.length).orElse(0);
    }
    return bytes;
  }

  /** What was sent is durable. */
  void committed() {
    tallies.forEach(
        (meant, tally) -> {
          LOG.warn(
              "To the dead letters in topic {}, records of topic {}: {}; {}",
              topic,
              meant,
              tally.count(),
              tally.firstReason());
          tally
              .table()
              .ifPresent(table -> heard.refused(table, RowPolicy.DEAD_LETTER, tally.count()));
        });
    tallies.clear();
  }
}
