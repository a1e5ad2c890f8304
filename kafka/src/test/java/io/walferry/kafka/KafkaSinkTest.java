package io.walferry.kafka;

import static io.walferry.kafka.Calls.apply;
import static io.walferry.kafka.Calls.json;
import static io.walferry.kafka.Calls.position;
import static io.walferry.kafka.Calls.refused;
import static io.walferry.kafka.SampleTable.NULL;
import static io.walferry.kafka.SampleTable.UNCHANGED;
import static io.walferry.kafka.SampleTable.full;
import static io.walferry.kafka.SampleTable.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.RecordSettings.TooLarge;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.SinkState;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@Kafka
final class KafkaSinkTest {
  private static final SampleTable ITEM = SampleTable.of("item", "*id:23", "name", "note");
  private static final SampleTable PAIR = SampleTable.of("pair", "*b", "n:23", "*a:23");
  private static final SampleTable WHOLE =
      SampleTable.of(new TableId("public", "whole"), ReplicaIdentity.FULL, "*id:23", "name", "big");
  private static final SampleTable KEYLESS =
      SampleTable.of(new TableId("public", "log"), ReplicaIdentity.FULL, "line");

  private final Calls calls;
  private final KafkaBroker broker;

  KafkaSinkTest(KafkaBroker broker) {
    this.broker = broker;
    this.calls = new Calls(broker);
  }

  @Test
  void eachKindOfChangeIsTold() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "öl \"x\"\n\\ 雪 🙂", NULL), ITEM.insert("2", "", "n"));
      apply(
          sink,
          0x30,
          ITEM.update("1", "b", UNCHANGED),
          ITEM.update(key("1", NULL, NULL), "3", "c", UNCHANGED),
          ITEM.delete(key("2", NULL, NULL)));
      apply(sink, 0x40, ITEM.truncate());
    }
    assertEquals(
        List.of(
            "{\"id\":1} c {\"id\":1,\"name\":\"öl \\\"x\\\"\\n\\\\ 雪 🙂\",\"note\":null}",
            "{\"id\":2} c {\"id\":2,\"name\":\"\",\"note\":\"n\"}",
            "{\"id\":1} u {\"id\":1,\"name\":\"b\",\"note\":\"__debezium_unavailable_value\"}",
            "{\"id\":1} d {\"id\":1}",
            "{\"id\":1} tombstone",
            "{\"id\":3} c {\"id\":3,\"name\":\"c\",\"note\":\"__debezium_unavailable_value\"}",
            "{\"id\":2} d {\"id\":2}",
            "{\"id\":2} tombstone",
            "- t null"),
        calls.told(ITEM));
    List<KafkaRecord> records = calls.records(ITEM);
    assertEquals(Map.of("__debezium.newkey", "{\"id\":3}"), records.get(3).headers());
    assertEquals(Map.of("__debezium.oldkey", "{\"id\":1}"), records.get(5).headers());
  }

  @Test
  void theSourceIsTold() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "b"), ITEM.insert("2", "a", "b"));
    }
    JsonNode value = json(calls.records(ITEM).get(1).value().orElseThrow());
    JsonNode source = value.get("source");
    assertEquals("postgresql", source.get("connector").asString());
    assertEquals(calls.feed().pipeline(), source.get("name").asString());
    assertEquals("shop", source.get("db").asString());
    assertEquals("public", source.get("schema").asString());
    assertEquals("item", source.get("table").asString());
    assertEquals(0x20, source.get("txId").asInt());
    assertEquals(0x20, source.get("lsn").asLong());
    assertEquals("[\"32\",\"1\"]", source.get("sequence").asString());
    assertEquals("false", source.get("snapshot").asString());
    assertEquals(1_767_323_045_678L, source.get("ts_ms").asLong());
    assertEquals(1_767_323_045_678_901L, source.get("ts_us").asLong());
    assertEquals(1_767_323_045_678_901_000L, source.get("ts_ns").asLong());
    assertTrue(value.get("transaction").isNull() && value.get("ts_ms").asLong() > 0);
  }

  @Test
  void anOldRowThatCameWholeTellsWhatWasNotSent() {
    try (KafkaSink sink = calls.following(calls.settings(), WHOLE)) {
      apply(
          sink,
          0x20,
          WHOLE.insert("1", "a", "large"),
          WHOLE.update(full("1", "a", "large"), "1", "b", UNCHANGED),
          WHOLE.update(full("1", "b", "large"), "2", "b", UNCHANGED),
          WHOLE.delete(full("2", "b", "large")));
    }
    assertEquals(
        List.of(
            "{\"id\":1} c {\"id\":1,\"name\":\"a\",\"big\":\"large\"}",
            "{\"id\":1} u {\"id\":1,\"name\":\"b\",\"big\":\"large\"}",
            "{\"id\":1} d {\"id\":1,\"name\":\"b\",\"big\":\"large\"}",
            "{\"id\":1} tombstone",
            "{\"id\":2} c {\"id\":2,\"name\":\"b\",\"big\":\"large\"}",
            "{\"id\":2} d {\"id\":2,\"name\":\"b\",\"big\":\"large\"}",
            "{\"id\":2} tombstone"),
        calls.told(WHOLE));
    JsonNode update = json(calls.records(WHOLE).get(1).value().orElseThrow());
    assertEquals("{\"id\":1,\"name\":\"a\",\"big\":\"large\"}", update.get("before").toString());
  }

  @Test
  void aKeyOfSeveralColumnsIsInTheOrderOfTheTable() {
    try (KafkaSink sink = calls.following(calls.settings(), PAIR)) {
      apply(sink, 0x20, PAIR.insert("x", "5", "1"), PAIR.delete(key("x", NULL, "1")));
    }
    assertEquals(
        List.of(
            "{\"b\":\"x\",\"a\":1} c {\"b\":\"x\",\"n\":5,\"a\":1}",
            "{\"b\":\"x\",\"a\":1} d {\"b\":\"x\",\"a\":1}",
            "{\"b\":\"x\",\"a\":1} tombstone"),
        calls.told(PAIR));
  }

  @Test
  void aTableWithoutAKeyHasRecordsWithoutOne() {
    try (KafkaSink sink = calls.following(calls.settings(), KEYLESS)) {
      apply(sink, 0x20, KEYLESS.insert("a"), KEYLESS.delete(full("a")));
    }
    assertEquals(List.of("- c {\"line\":\"a\"}", "- d {\"line\":\"a\"}"), calls.told(KEYLESS));
  }

  @Test
  void chosenColumnsMakeTheKey() {
    KafkaSinkSettings settings = calls.settings();
    Map<TableId, List<String>> keys = Map.of(WHOLE.id(), List.of("name", "id"));
    try (KafkaSink sink =
        calls.following(settings.with(settings.records().withKeys(keys)), WHOLE)) {
      apply(
          sink,
          0x20,
          WHOLE.insert("1", "a", "x"),
          WHOLE.update(full("1", "a", "x"), "1", "b", "x"));
    }
    assertEquals(
        List.of(
            "{\"name\":\"a\",\"id\":1} c {\"id\":1,\"name\":\"a\",\"big\":\"x\"}",
            "{\"name\":\"a\",\"id\":1} d {\"id\":1,\"name\":\"a\",\"big\":\"x\"}",
            "{\"name\":\"a\",\"id\":1} tombstone",
            "{\"name\":\"b\",\"id\":1} c {\"id\":1,\"name\":\"b\",\"big\":\"x\"}"),
        calls.told(WHOLE));
  }

  @Test
  void aChosenColumnThatADeleteWouldNotTellIsRefused() {
    Map<TableId, List<String>> keys = Map.of(ITEM.id(), List.of("name"));
    KafkaSinkSettings settings = calls.settings();
    String message =
        refused(
            ErrorCode.DESTINATION_SHAPE,
            () -> {
              try (KafkaSink sink =
                  calls.following(settings.with(settings.records().withKeys(keys)), ITEM)) {
                sink.commit(position(0x20));
              }
            });
    assertTrue(message.contains("'name'") && message.contains("REPLICA IDENTITY FULL"), message);
  }

  @Test
  void aTruncateIsInEveryPartitionAndOtherRecordsInOne() {
    KafkaSinkSettings settings = calls.settings();
    try (KafkaSink sink =
        calls.following(settings.with(settings.topics().withPartitions(3)), ITEM)) {
      Change[] inserts =
          IntStream.range(0, 40)
              .mapToObj(id -> ITEM.insert(Integer.toString(id), "a", "b"))
              .toArray(Change[]::new);
      apply(sink, 0x20, inserts);
      apply(sink, 0x30, ITEM.truncate());
    }
    Map<Integer, List<String>> ops =
        calls.records(ITEM).stream()
            .collect(
                Collectors.groupingBy(
                    KafkaRecord::partition,
                    Collectors.mapping(
                        record -> json(record.value().orElseThrow()).get("op").asString(),
                        Collectors.toList())));
    assertEquals(Set.of(0, 1, 2), ops.keySet());
    assertEquals(43, ops.values().stream().mapToInt(List::size).sum());
    ops.values().forEach(inOrder -> assertEquals("t", inOrder.getLast()));
  }

  @Test
  void aLogicalMessageHasATopicOfItsOwn() {
    Change message =
        new Change.Message(true, "audit", new Lsn(0x25), new Value.Binary(new byte[] {1, -1}));
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      apply(sink, 0x20, message);
    }
    KafkaRecord told = CommittedRecords.of(broker, calls.feed().pipeline() + ".message").getFirst();
    JsonNode value = json(told.value().orElseThrow());
    assertEquals(Optional.of("{\"prefix\":\"audit\"}"), told.key());
    assertEquals("m", value.get("op").asString());
    assertEquals("{\"prefix\":\"audit\",\"content\":\"Af8=\"}", value.get("message").toString());
  }

  @Test
  void whatIsNotWantedIsNotTold() {
    RecordSettings few =
        RecordSettings.DEFAULT.withoutTombstones().withoutTruncates().withoutMessages();
    Change message =
        new Change.Message(true, "audit", new Lsn(0x25), new Value.Binary(new byte[] {1}));
    try (KafkaSink sink = calls.following(calls.settings().with(few), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", "b"), ITEM.delete(key("1", NULL, NULL)), message);
      apply(sink, 0x30, ITEM.truncate());
    }
    assertEquals(2, calls.told(ITEM).size());
    assertTrue(
        CommittedRecords.topics(broker).stream()
            .noneMatch(topic -> topic.equals(calls.feed().pipeline() + ".message")));
  }

  @Test
  void aFlattenedRowHasItsOriginBesideIt() {
    try (KafkaSink sink = calls.following(calls.settings().with(Envelope.FLATTENED), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", NULL), ITEM.delete(key("1", NULL, NULL)));
    }
    List<KafkaRecord> records = calls.records(ITEM);
    String origin =
        "\"__schema\":\"public\",\"__table\":\"item\",\"__lsn\":32,\"__ordinal\":%d,"
            + "\"__txId\":32,\"__source_ts_ms\":1767323045678}";
    assertEquals(
        "{\"id\":1,\"name\":\"a\",\"note\":null,\"__op\":\"c\",\"__deleted\":\"false\","
            + origin.formatted(0),
        records.get(0).value().orElseThrow());
    assertEquals(
        "{\"id\":1,\"__op\":\"d\",\"__deleted\":\"true\"," + origin.formatted(1),
        records.get(1).value().orElseThrow());
    assertEquals(Optional.empty(), records.get(2).value());
  }

  @Test
  void aCloudEventIsStructured() {
    try (KafkaSink sink = calls.following(calls.settings().with(Envelope.CLOUD_EVENTS), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a", NULL), ITEM.delete(key("1", NULL, NULL)));
    }
    List<KafkaRecord> records = calls.records(ITEM);
    JsonNode first = json(records.get(0).value().orElseThrow());
    assertEquals("1.0", first.get("specversion").asString());
    assertEquals("32-0-c", first.get("id").asString());
    assertEquals("32-1-d", json(records.get(1).value().orElseThrow()).get("id").asString());
    assertEquals("/walferry/postgresql/" + calls.feed().pipeline(), first.get("source").asString());
    assertEquals("2026-01-02T03:04:05.678901Z", first.get("time").asString());
    assertEquals("application/json", first.get("datacontenttype").asString());
    assertEquals("c", first.get("iodebeziumop").asString());
    assertEquals(
        "{\"before\":null,\"after\":{\"id\":1,\"name\":\"a\",\"note\":null}}",
        first.get("data").toString());
    assertEquals(
        Map.of("content-type", "application/cloudevents+json"), records.getFirst().headers());
    assertEquals(Map.of(), records.get(2).headers());
  }

  @Test
  void aRecordThatIsTooLargeEndsTheFeed() {
    KafkaSinkSettings settings = calls.settings();
    RecordSettings small = RecordSettings.DEFAULT.withLimit(10_000, TooLarge.FAIL);
    try (KafkaSink sink = calls.following(settings.with(small), ITEM)) {
      String message =
          refused(
              ErrorCode.DESTINATION_RECORD_TOO_LARGE,
              () -> apply(sink, 0x20, ITEM.insert("1", "secret".repeat(2_000), "b")));
      assertTrue(message.contains("public.item") && !message.contains("secret"), message);
    }
    assertEquals(List.of(), calls.told(ITEM));
  }

  @Test
  void aRecordThatIsTooLargeIsCutAndSaysSo() {
    RecordSettings small = RecordSettings.DEFAULT.withLimit(10_000, TooLarge.TRUNCATE);
    String umlauts = "ä".repeat(20_000);
    try (KafkaSink sink = calls.following(calls.settings().with(small), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", umlauts, "short"), ITEM.insert("2", "a", "b"));
    }
    List<KafkaRecord> records = calls.records(ITEM);
    assertEquals(Map.of("walferry.truncated", "name"), records.get(0).headers());
    JsonNode after = json(records.get(0).value().orElseThrow()).get("after");
    String cut = after.get("name").asString();
    assertTrue(umlauts.startsWith(cut) && cut.length() > 1_000, () -> cut.length() + " left");
    assertEquals("short", after.get("note").asString());
    assertEquals(Map.of(), records.get(1).headers());
  }

  @Test
  void aPositionAndItsLedgerAreReadBack() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM, PAIR)) {
      sink.note(List.of(Calls.chunk(ITEM, "1"), Calls.chunk(ITEM, "2"), Calls.chunk(PAIR, "1")));
      sink.commit(position(0x20));
      sink.forget(ITEM.id(), Set.of(Kind.CHUNK));
      apply(sink, 0x30, ITEM.insert("1", "a", "b"));
    }
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      SinkState.Following state = (SinkState.Following) again.open(calls.feed(), new Claim());
      assertEquals(position(0x31), state.position());
      assertEquals(calls.feed(), state.saved());
      assertEquals(
          Set.of(Calls.followed(ITEM), Calls.followed(PAIR), Calls.chunk(PAIR, "1")),
          Set.copyOf(state.ledger()));
    }
  }

  @Test
  void whatIsNotCommittedIsNotThere() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      Calls.begin(sink, 0x20, ITEM.insert("1", "a", "b"));
    }
    assertEquals(List.of(), calls.told(ITEM));
    try (KafkaSink again = new KafkaSink(calls.settings())) {
      SinkState.Following state = (SinkState.Following) again.open(calls.feed(), new Claim());
      assertEquals(position(0x10), state.position());
    }
  }

  @Test
  void recordsAreNotThereWithoutTheirPosition() throws Exception {
    int committed = 0;
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      refuseRecords("walferry.position." + calls.feed().pipeline());
      // The broker minds it a moment later.
      while (committed < 1_000) {
        apply(sink, 0x20 + committed, ITEM.insert(Integer.toString(committed), "a", "b"));
        committed++;
      }
    } catch (WalferryException e) {
      assertEquals(ErrorCode.DESTINATION_RECORD_TOO_LARGE, e.code());
    }
    assertTrue(committed < 1_000);
    assertEquals(committed, calls.told(ITEM).size());
  }

  private void refuseRecords(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp tiny =
        new AlterConfigOp(new ConfigEntry("max.message.bytes", "10"), AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .incrementalAlterConfigs(Map.of(resource, List.of(tiny)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aFeedOfAnotherServerIsRefused() {
    calls.following(calls.settings(), ITEM).close();
    FeedIdentity other = new FeedIdentity(calls.feed().pipeline(), 5, 1, "slot");
    try (KafkaSink sink = new KafkaSink(calls.settings())) {
      String message = refused(ErrorCode.SOURCE_CHANGED, () -> sink.open(other, new Claim()));
      assertTrue(message.contains("expected system id 18446744073709551614, got 5"), message);
    }
  }

  @Test
  void noThreadIsLeftBehind() {
    KafkaSink sink = calls.following(calls.settings(), ITEM);
    apply(sink, 0x20, ITEM.insert("1", "a", "b"));
    assertTrue(threads() > 0);
    sink.close();
    assertEquals(0, threads());
  }

  private long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && thread.getName().contains(calls.feed().pipeline()))
        .count();
  }
}
