package io.walferry.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.deadletter.RefusedRows;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import io.walferry.time.NanoClock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a sink as the pipeline does, for a feed whose name nobody else has. */
final class Calls {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int TRIES_MAX = 3;

  private final KafkaBroker broker;
  private final FeedIdentity feed;

  Calls(KafkaBroker broker) {
    this.broker = broker;
    String pipeline = "p-" + UUID.randomUUID().toString().substring(0, 8);
    this.feed = new FeedIdentity(pipeline, -2L, 1, "slot");
  }

  FeedIdentity feed() {
    return feed;
  }

  String topic(SampleTable table) {
    return feed.pipeline() + "." + table.id();
  }

  KafkaSinkSettings settings() {
    return KafkaSinkSettings.of(broker.bootstrapServers()).withDatabase("shop");
  }

  /**
   * A sink that has these tables, without rows, at 0/10. A broker that has just started ends a
   * transaction now and then; as a feed does, the sink is opened again then.
   */
  KafkaSink following(KafkaSinkSettings settings, SampleTable... tables) {
    return following(settings, RefusedRows.SILENT, tables);
  }

  KafkaSink following(KafkaSinkSettings settings, RefusedRows heard, SampleTable... tables) {
    return following(() -> new KafkaSink(settings, heard, NanoClock.system()), tables);
  }

  KafkaSink following(Supplier<KafkaSink> made, SampleTable... tables) {
    for (int tries = 1; ; tries++) {
      KafkaSink sink = made.get();
      try {
        follow(sink, tables);
        return sink;
      } catch (WalferryException e) {
        sink.close();
        if (e.code().retry() != ErrorCode.Retry.ALWAYS || tries == TRIES_MAX) {
          throw e;
        }
        System.out.println("opened again after " + e);
      }
    }
  }

  private void follow(KafkaSink sink, SampleTable... tables) {
    sink.open(feed, new Claim());
    sink.prepare(Arrays.stream(tables).map(SampleTable::published).toList());
    sink.note(Arrays.stream(tables).map(Calls::followed).toList());
    sink.commit(position(0x10));
  }

  static LedgerEntry followed(SampleTable table) {
    return new LedgerEntry(table.id(), Kind.TABLE, "", "is followed");
  }

  static LedgerEntry chunk(SampleTable table, String part) {
    return new LedgerEntry(table.id(), Kind.CHUNK, part, "as \"read\"");
  }

  static Position position(long lsn) {
    return new Position(new Lsn(lsn), new Xid((int) lsn));
  }

  static void apply(KafkaSink sink, long lsn, Change... changes) {
    begin(sink, lsn, changes);
    sink.commit(position(lsn + 1));
  }

  static void begin(KafkaSink sink, long lsn, Change... changes) {
    Instant time = Instant.parse("2026-01-02T03:04:05.678901Z");
    sink.begin(new TransactionHeader(new Xid((int) lsn), new Lsn(lsn), time));
    Arrays.stream(changes).forEach(sink::append);
  }

  static void load(ChunkWriter writer, SampleTable table, String part, byte[]... lines) {
    writer.begin(table.published());
    Arrays.stream(lines).forEach(writer::write);
    writer.commit(chunk(table, part));
  }

  List<KafkaRecord> records(SampleTable table) {
    return CommittedRecords.of(broker, topic(table));
  }

  /** Each record in short: the key, the op, and the row after it, or before it if it is gone. */
  List<String> told(SampleTable table) {
    return records(table).stream().map(Calls::told).toList();
  }

  private static String told(KafkaRecord record) {
    String key = record.key().orElse("-");
    if (record.value().isEmpty()) {
      return key + " tombstone";
    }
    JsonNode value = json(record.value().get());
    JsonNode row = value.get("after").isNull() ? value.get("before") : value.get("after");
    return key + " " + value.get("op").asString() + " " + row;
  }

  static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  /** The message of the failure that the action must end with. */
  static String refused(ErrorCode code, Executable action) {
    WalferryException failure = assertThrows(WalferryException.class, action);
    assertEquals(code, failure.code(), () -> String.valueOf(failure.getMessage()));
    return String.valueOf(failure.getMessage());
  }
}
