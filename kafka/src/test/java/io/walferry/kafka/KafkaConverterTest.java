package io.walferry.kafka;

import static io.walferry.kafka.Calls.apply;
import static io.walferry.kafka.Calls.json;
import static io.walferry.kafka.Calls.refused;
import static io.walferry.kafka.SampleTable.NULL;
import static io.walferry.kafka.SampleTable.key;
import static io.walferry.kafka.SampleTable.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.kafka.converter.ConversionSettings;
import io.walferry.kafka.converter.ConversionSettings.Unconvertible;
import io.walferry.kafka.converter.ConverterSettings;
import io.walferry.kafka.converter.FaultyConverter;
import io.walferry.kafka.converter.WatchedConverter;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.sink.ChunkWriter;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.json.JsonConverter;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Records that a converter of Kafka Connect makes. */
@Kafka
final class KafkaConverterTest {
  private static final SampleTable ITEM = SampleTable.of("item", "*id:23", "name");
  private static final ConverterSettings JSON =
      new ConverterSettings(JsonConverter.class.getName(), Map.of("schemas.enable", "true"));

  private final Calls calls;
  private final KafkaBroker broker;
  private final List<String> heard = new ArrayList<>();

  KafkaConverterTest(KafkaBroker broker) {
    this.broker = broker;
    this.calls = new Calls(broker);
  }

  private KafkaSink following(ConversionSettings conversion, Envelope envelope) {
    return calls.following(
        calls.settings().with(conversion).with(envelope),
        (table, became, count) -> heard.add(table + " " + became + " " + count),
        ITEM);
  }

  private static ConversionSettings faulty(String fault, Unconvertible policy) {
    Map<String, String> properties = Map.of("fault", fault);
    return ConversionSettings.NONE
        .withValue(new ConverterSettings(FaultyConverter.class.getName(), properties))
        .with(policy);
  }

  /** The payload of each record, in short. */
  private List<String> told(String row) {
    return calls.records(ITEM).stream()
        .map(record -> payload(record.key()) + " " + payload(record.value()).map(it -> it.get(row)))
        .toList();
  }

  private static Optional<JsonNode> payload(Optional<String> text) {
    return text.map(it -> json(it).get("payload"));
  }

  @Test
  void keysAndValuesHaveSchemas() {
    ConversionSettings both = ConversionSettings.NONE.withKey(JSON).withValue(JSON);
    Change message =
        new Change.Message(true, "audit", new Lsn(0x25), new Value.Binary(new byte[] {1}));
    try (KafkaSink sink = following(both, Envelope.DEBEZIUM)) {
      try (ChunkWriter writer = sink.chunkWriter()) {
        Calls.load(writer, ITEM, "1", line("1", "a"));
      }
      apply(sink, 0x20, ITEM.insert("2", NULL), ITEM.delete(key("1", NULL)), message);
    }
    assertEquals(
        List.of(
            "Optional[{\"id\":1}] Optional[{\"id\":1,\"name\":\"a\"}]",
            "Optional[{\"id\":2}] Optional[{\"id\":2,\"name\":null}]",
            "Optional[{\"id\":1}] Optional[null]",
            "Optional[{\"id\":1}] Optional.empty"),
        told("after"));
    List<KafkaRecord> records = calls.records(ITEM);
    JsonNode loaded = json(records.get(0).value().orElseThrow());
    JsonNode inserted = json(records.get(1).value().orElseThrow());
    assertEquals(loaded.get("schema"), inserted.get("schema"));
    assertEquals(0x20, inserted.get("payload").get("source").get("lsn").asLong());
    assertEquals(
        "[\"32\",\"0\"]", inserted.get("payload").get("source").get("sequence").asString());
    assertEquals(
        "{\"id\":1,\"name\":null}",
        payload(records.get(2).value()).orElseThrow().get("before").toString());
    KafkaRecord told = CommittedRecords.of(broker, calls.feed().pipeline() + ".message").getFirst();
    assertEquals("{\"prefix\":\"audit\"}", payload(told.key()).orElseThrow().toString());
    assertEquals(
        "{\"prefix\":\"audit\",\"content\":\"AQ==\"}",
        payload(told.value()).orElseThrow().get("message").toString());
  }

  @Test
  void flattenedRowsAndATruncateHaveOneSchema() {
    ConversionSettings values = ConversionSettings.NONE.withValue(JSON);
    try (KafkaSink sink = following(values, Envelope.FLATTENED)) {
      apply(sink, 0x20, ITEM.insert("2", "b"), ITEM.delete(key("2", NULL)), ITEM.truncate());
    }
    List<KafkaRecord> records = calls.records(ITEM);
    assertEquals(Optional.of("{\"id\":2}"), records.getFirst().key());
    List<JsonNode> values3 =
        records.stream().flatMap(it -> it.value().stream()).map(Calls::json).toList();
    assertEquals(1, values3.stream().map(it -> it.get("schema")).distinct().count());
    assertEquals(
        List.of("2 b c false", "2 null d true", "null null t false"),
        values3.stream()
            .map(it -> it.get("payload"))
            .map(
                it ->
                    "%s %s %s %s"
                        .formatted(
                            it.get("id"),
                            it.get("name").isNull() ? null : it.get("name").asString(),
                            it.get("__op").asString(),
                            it.get("__deleted").asString()))
            .toList());
  }

  @Test
  void aRowThatIsNotTakenEndsTheFeed() {
    try (KafkaSink sink = following(faulty("poison", Unconvertible.FAIL), Envelope.DEBEZIUM)) {
      refused(
          ErrorCode.DESTINATION_RECORD_REFUSED,
          () -> apply(sink, 0x20, ITEM.insert("1", "a"), ITEM.insert("2", "poison")));
    }
    assertEquals(List.of(), calls.records(ITEM));
  }

  @Test
  void aRowThatIsNotTakenHasALetterAndTheOthersArrive() {
    try (KafkaSink sink =
        following(faulty("poison", Unconvertible.DEAD_LETTER), Envelope.DEBEZIUM)) {
      try (ChunkWriter writer = sink.chunkWriter()) {
        Calls.load(writer, ITEM, "1", line("1", "a"), line("2", "poison"));
      }
      apply(sink, 0x20, ITEM.insert("3", "poison"), ITEM.insert("4", "d"));
    }
    assertEquals(List.of("public.item DEAD_LETTER 1", "public.item DEAD_LETTER 1"), heard);
    List<KafkaRecord> records = calls.records(ITEM);
    assertEquals(
        List.of(Optional.of("{\"id\":1}"), Optional.of("{\"id\":4}")),
        records.stream().map(KafkaRecord::key).toList());
    assertEquals(Map.of("format", "json"), records.getFirst().headers());
    List<KafkaRecord> letters =
        CommittedRecords.of(broker, "walferry.deadletter." + calls.feed().pipeline());
    assertEquals(
        List.of(Optional.of("{\"id\":2}"), Optional.of("{\"id\":3}")),
        letters.stream().map(KafkaRecord::key).toList());
    JsonNode letter = json(letters.get(1).value().orElseThrow());
    assertEquals("{\"id\":3,\"name\":\"poison\"}", letter.get("after").toString());
    assertEquals(
        "DESTINATION_RECORD_REFUSED", letters.get(1).headers().get("walferry.deadletter.error"));
    assertEquals(calls.topic(ITEM), letters.get(1).headers().get("__connect.errors.topic"));
  }

  @Test
  void aFaultThatPassesIsNothingForDeadLetters() {
    try (KafkaSink sink = following(faulty("once", Unconvertible.DEAD_LETTER), Envelope.DEBEZIUM)) {
      apply(sink, 0x20, ITEM.insert("1", "poison"));
    }
    assertEquals(
        List.of("{\"id\":1}"),
        calls.records(ITEM).stream().flatMap(it -> it.key().stream()).toList());
    assertTrue(heard.isEmpty());
  }

  @Test
  void aMessageThatIsNotTakenEndsTheFeed() {
    Value.Binary content = new Value.Binary("poison".getBytes(StandardCharsets.UTF_8));
    try (KafkaSink sink =
        following(faulty("poison", Unconvertible.DEAD_LETTER), Envelope.DEBEZIUM)) {
      refused(
          ErrorCode.DESTINATION_RECORD_REFUSED,
          () -> apply(sink, 0x20, new Change.Message(true, "audit", new Lsn(0x25), content)));
    }
    assertTrue(heard.isEmpty());
  }

  @Test
  void theConvertersOfASinkAreClosedOnce() {
    Map<String, String> tag = Map.of("tag", calls.feed().pipeline());
    ConversionSettings watched =
        ConversionSettings.NONE.withValue(
            new ConverterSettings(WatchedConverter.class.getName(), tag));
    WatchedConverter.Watch watch = WatchedConverter.of(calls.feed().pipeline());
    KafkaSink sink = following(watched, Envelope.DEBEZIUM);
    long before = watch.closed();
    ChunkWriter writer = sink.chunkWriter();
    Calls.load(writer, ITEM, "1", line("1", "a"));
    writer.close();
    writer.close();
    assertEquals(before + 1, watch.closed());
    ChunkWriter left = sink.chunkWriter();
    Calls.load(left, ITEM, "2", line("2", "b"));
    sink.close();
    left.close();
    assertEquals(before + 3, watch.closed());
  }

  @Test
  void aRegistryThatIsAwayIsNothingForDeadLetters() {
    try (KafkaSink sink = following(faulty("down", Unconvertible.DEAD_LETTER), Envelope.DEBEZIUM)) {
      refused(
          ErrorCode.DESTINATION_UNREACHABLE,
          () -> apply(sink, 0x20, ITEM.insert("1", "a"), ITEM.insert("2", "poison")));
    }
    assertEquals(List.of(), calls.records(ITEM));
    assertTrue(heard.isEmpty());
    assertEquals(
        List.of(), CommittedRecords.of(broker, "walferry.deadletter." + calls.feed().pipeline()));
  }

  @Test
  void aSchemaThatIsNotTakenIsNothingForDeadLetters() {
    try (KafkaSink sink =
        following(faulty("schema", Unconvertible.DEAD_LETTER), Envelope.DEBEZIUM)) {
      refused(
          ErrorCode.DESTINATION_CONVERTER_FAILED, () -> apply(sink, 0x20, ITEM.insert("1", "a")));
    }
    assertTrue(heard.isEmpty());
  }

  @Test
  void aClusterIsNotAskedWithAConverterThatIsNotThere() {
    ConverterSettings missing = new ConverterSettings("some.Missing", Map.of());
    KafkaSinkSettings settings = calls.settings().with(ConversionSettings.NONE.withKey(missing));
    refused(ErrorCode.CONFIGURATION_INVALID, () -> KafkaSink.requireReachable(settings));
    refused(ErrorCode.CONFIGURATION_INVALID, () -> calls.following(settings, ITEM).close());
  }
}
