package io.walferry.kafka;

import static io.walferry.kafka.Calls.apply;
import static io.walferry.kafka.Calls.json;
import static io.walferry.kafka.Calls.refused;
import static io.walferry.kafka.SampleTable.key;
import static io.walferry.kafka.SampleTable.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.RecordSettings.TooLarge;
import io.walferry.publication.InvalidText;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Records that are too large go to a topic of their own, and the feed goes on. */
@Kafka
final class KafkaDeadLetterTest {
  private static final SampleTable ITEM = SampleTable.of("item", "*id:23", "name");
  private static final String LARGE = "large \u00e4 ".repeat(5_000);

  private final Calls calls;
  private final KafkaBroker broker;
  private final List<String> heard = new ArrayList<>();

  KafkaDeadLetterTest(KafkaBroker broker) {
    this.broker = broker;
    this.calls = new Calls(broker);
  }

  private KafkaSinkSettings settings() {
    return calls.settings().with(RecordSettings.DEFAULT.withLimit(16_384, TooLarge.DEAD_LETTER));
  }

  private KafkaSink following() {
    return calls.following(
        settings(), (table, became, count) -> heard.add(table + " " + became + " " + count), ITEM);
  }

  private String topic() {
    return "walferry.deadletter." + calls.feed().pipeline();
  }

  /** The parts of each letter, put together, with the headers of the first one. */
  private Map<String, KafkaRecord> letters() {
    Map<String, KafkaRecord> letters = new LinkedHashMap<>();
    for (KafkaRecord part : CommittedRecords.of(broker, topic())) {
      String number = header(part, "walferry.deadletter.part");
      KafkaRecord sofar = letters.get(header(part, "walferry.deadletter.id"));
      int before = sofar == null ? 0 : parts(header(sofar, "walferry.deadletter.part"))[0];
      assertEquals(before + 1, parts(number)[0]);
      String value = sofar == null ? "" : sofar.value().orElseThrow();
      letters.put(
          header(part, "walferry.deadletter.id"),
          new KafkaRecord(
              part.partition(),
              part.key(),
              Optional.of(value + part.value().orElseThrow()),
              part.headers()));
    }
    letters
        .values()
        .forEach(
            letter -> {
              int[] last = parts(header(letter, "walferry.deadletter.part"));
              assertEquals(last[1], last[0]);
            });
    return letters;
  }

  private static KafkaRecord of(String id, Map<String, KafkaRecord> letters) {
    return Optional.ofNullable(letters.get(id)).orElseThrow();
  }

  private static int[] parts(String text) {
    return Arrays.stream(text.split("/")).mapToInt(Integer::parseInt).toArray();
  }

  private static String header(KafkaRecord record, String name) {
    return Optional.ofNullable(record.headers().get(name)).orElseThrow();
  }

  @Test
  void aLetterHasKeyValueAndReasonAndTheOthersArrive() {
    try (KafkaSink sink = following()) {
      apply(sink, 0x20, ITEM.insert("1", "a"), ITEM.insert("2", LARGE), ITEM.insert("3", "c"));
      assertEquals(List.of("public.item DEAD_LETTER 1"), heard);
    }
    assertEquals(
        List.of("{\"id\":1} c {\"id\":1,\"name\":\"a\"}", "{\"id\":3} c {\"id\":3,\"name\":\"c\"}"),
        calls.told(ITEM));
    Map<String, KafkaRecord> letters = letters();
    assertEquals(List.of("0/20-1-c"), List.copyOf(letters.keySet()));
    KafkaRecord letter = of("0/20-1-c", letters);
    assertEquals(Optional.of("{\"id\":2}"), letter.key());
    String value = letter.value().orElseThrow();
    assertEquals(LARGE, json(value).get("after").get("name").asString());
    assertEquals("public.item", header(letter, "walferry.deadletter.table"));
    assertEquals("c", header(letter, "walferry.deadletter.op"));
    assertEquals("0/20", header(letter, "walferry.deadletter.lsn"));
    assertEquals("32", header(letter, "walferry.deadletter.xid"));
    assertEquals("DESTINATION_RECORD_TOO_LARGE", header(letter, "walferry.deadletter.error"));
    assertEquals(
        Integer.toString(value.getBytes(StandardCharsets.UTF_8).length),
        header(letter, "walferry.deadletter.bytes"));
    assertEquals(calls.topic(ITEM), header(letter, "__connect.errors.topic"));
    assertEquals(calls.feed().pipeline(), header(letter, "__connect.errors.connector.name"));
    String reason = header(letter, "__connect.errors.exception.message");
    assertTrue(reason.contains("public.item") && reason.contains("recordBytes"), reason);
  }

  @Test
  void aLetterIsThereOnlyWithItsTransaction() {
    try (KafkaSink sink = following()) {
      Calls.begin(sink, 0x20, ITEM.insert("1", "a"), ITEM.insert("2", LARGE));
    }
    assertEquals(List.of(), CommittedRecords.of(broker, topic()));
    assertEquals(List.of(), heard);
  }

  @Test
  void aRowThatIsLoadedAndAKeyThatMovesHaveLetters() {
    try (KafkaSink sink = following()) {
      try (ChunkWriter writer = sink.chunkWriter()) {
        Calls.load(writer, ITEM, "1", line("1", "a"), line("2", LARGE));
      }
      apply(sink, 0x20, ITEM.update(key("1", "a"), "5", LARGE));
      assertEquals(List.of("public.item DEAD_LETTER 1", "public.item DEAD_LETTER 1"), heard);
    }
    assertEquals(
        List.of(
            "{\"id\":1} r {\"id\":1,\"name\":\"a\"}",
            "{\"id\":1} d {\"id\":1}",
            "{\"id\":1} tombstone"),
        calls.told(ITEM));
    List<KafkaRecord> letters = List.copyOf(letters().values());
    assertEquals(2, letters.size());
    assertEquals(Optional.of("{\"id\":2}"), letters.get(0).key());
    assertEquals("r", header(letters.get(0), "walferry.deadletter.op"));
    assertFalse(letters.get(0).headers().containsKey("walferry.deadletter.lsn"));
    assertEquals(Optional.of("{\"id\":5}"), letters.get(1).key());
    assertEquals("{\"id\":1}", header(letters.get(1), "__debezium.oldkey"));
    JsonNode made = json(letters.get(1).value().orElseThrow());
    assertEquals("c", made.get("op").asString());
    assertEquals(LARGE, made.get("after").get("name").asString());
  }

  @Test
  void textThatIsNotUtf8HasLettersThatAre() {
    KafkaSinkSettings settings = calls.settings().with(InvalidText.DEAD_LETTER);
    byte[] line = line("2", "a#b");
    line[3] = (byte) 0xE4;
    Row row =
        new Row.Builder(new byte[] {'3', 'a', (byte) 0xE4, 'b'}, 2).text(0, 1).text(1, 3).build();
    WalferryException why = new WalferryException(ErrorCode.SOURCE_TEXT_INVALID, "not UTF-8");
    try (KafkaSink sink = calls.following(settings, ITEM)) {
      try (ChunkWriter writer = sink.chunkWriter()) {
        CopyFormat unused = writer.begin(ITEM.published());
        writer.write(line("1", "a"));
        writer.setAside(line, why);
        writer.write(line("4", "d"));
        writer.commit(Calls.chunk(ITEM, "1"));
      }
      sink.commit(Calls.position(0x11));
      Calls.begin(sink, 0x20, ITEM.insert("5", "\uFFFD"));
      sink.setAside(new Change.Insert(ITEM.relation(), row), why);
      sink.setAside(
          new Change.Update(ITEM.relation(), new OldRow.Full(row), SampleTable.row("6", "mended")),
          why);
      sink.setAside(new Change.Delete(ITEM.relation(), new OldRow.Full(row)), why);
      sink.append(ITEM.insert("7", "g"));
      sink.commit(Calls.position(0x21));
    }
    assertEquals(
        List.of(
            "{\"id\":1} r {\"id\":1,\"name\":\"a\"}",
            "{\"id\":4} r {\"id\":4,\"name\":\"d\"}",
            "{\"id\":5} c {\"id\":5,\"name\":\"\uFFFD\"}",
            "{\"id\":3} tombstone",
            "{\"id\":3} tombstone",
            "{\"id\":7} c {\"id\":7,\"name\":\"g\"}"),
        calls.told(ITEM));
    List<KafkaRecord> letters = List.copyOf(letters().values());
    assertEquals(
        List.of("{\"id\":2} r", "{\"id\":3} c", "{\"id\":3} d", "{\"id\":6} c", "{\"id\":3} d"),
        letters.stream()
            .map(it -> it.key().orElseThrow() + " " + header(it, "walferry.deadletter.op"))
            .toList());
    assertEquals("SOURCE_TEXT_INVALID", header(letters.getFirst(), "walferry.deadletter.error"));
    for (int index = 0; index < 2; index++) {
      JsonNode value = json(letters.get(index).value().orElseThrow());
      assertEquals("a\uFFFDb", value.get("after").get("name").asString());
    }
  }

  @Test
  void withoutATopicForThemItEndsTheFeed() {
    WalferryException why = new WalferryException(ErrorCode.SOURCE_TEXT_INVALID, "not UTF-8");
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      Calls.begin(sink, 0x20);
      refused(ErrorCode.SOURCE_TEXT_INVALID, () -> sink.setAside(ITEM.insert("1", "a"), why));
    }
  }

  /** As after a connection that was lost: the process and its claim are the same. */
  @Test
  void rowsThatSinksOfOneProcessLoadHaveLettersOfTheirOwn() {
    Claim claim = new Claim();
    try (KafkaSink sink = following()) {
      sink.commit(Calls.position(0x10));
    }
    for (int id = 1; id <= 2; id++) {
      try (KafkaSink sink = new KafkaSink(settings())) {
        sink.open(calls.feed(), claim);
        sink.resume(List.of(ITEM.published()));
        try (ChunkWriter writer = sink.chunkWriter()) {
          Calls.load(writer, ITEM, "part", line(Integer.toString(id), LARGE));
        }
      }
    }
    assertEquals(
        List.of(Optional.of("{\"id\":1}"), Optional.of("{\"id\":2}")),
        letters().values().stream().map(KafkaRecord::key).toList());
  }

  @Test
  void theOtherKeyOfAMovedRowCounts() {
    SampleTable texts = SampleTable.of("texts", "*id");
    String before = "a".repeat(6_000);
    try (KafkaSink sink = calls.following(settings(), texts)) {
      apply(sink, 0x20, texts.update(key(before), "b".repeat(6_000)));
    }
    assertEquals(List.of("{\"id\":\"" + before + "\"} tombstone"), calls.told(texts));
    Map<String, KafkaRecord> letters = letters();
    assertEquals(List.of("0/20-0-d", "0/20-0-c"), List.copyOf(letters.keySet()));
    assertEquals(
        "{\"id\":\"" + before + "\"}", header(of("0/20-0-c", letters), "__debezium.oldkey"));
  }

  @Test
  void theTopicThatIsMadeForgetsNothing() throws ExecutionException, InterruptedException {
    following().close();
    requireEndless();
  }

  private void requireEndless() throws ExecutionException, InterruptedException {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, topic());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Config config =
          Optional.ofNullable(admin.describeConfigs(List.of(topic)).all().get().get(topic))
              .orElseThrow();
      for (String limit : List.of("retention.ms", "retention.bytes")) {
        ConfigEntry entry = Optional.ofNullable(config.get(limit)).orElseThrow();
        assertEquals("-1", entry.value());
        // A broker's own setting may change at any time.
        assertFalse(entry.isDefault(), limit);
      }
    }
  }

  @Test
  void aLogicalMessageHasALetter() {
    Change message =
        new Change.Message(true, "audit", new Lsn(0x25), new Value.Binary(new byte[20_000]));
    try (KafkaSink sink = following()) {
      apply(sink, 0x20, message, ITEM.insert("1", "a"));
    }
    assertEquals(1, calls.told(ITEM).size());
    KafkaRecord letter = of("0/20-0-m", letters());
    assertEquals(calls.feed().pipeline() + ".message", header(letter, "__connect.errors.topic"));
    assertFalse(letter.headers().containsKey("walferry.deadletter.table"));
    assertEquals("m", json(letter.value().orElseThrow()).get("op").asString());
  }

  @Test
  void aKeyThatLeavesNoRoomEndsTheFeed() {
    SampleTable texts = SampleTable.of("texts", "*id");
    try (KafkaSink sink = calls.following(settings(), texts)) {
      refused(
          ErrorCode.DESTINATION_RECORD_TOO_LARGE,
          () -> apply(sink, 0x20, texts.insert("k".repeat(15_800))));
    }
    assertEquals(List.of(), calls.told(texts));
  }

  @Test
  void aCompactedTopicIsRefused() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      NewTopic compacted =
          new NewTopic(topic(), 1, (short) 1).configs(Map.of("cleanup.policy", "compact"));
      admin.createTopics(List.of(compacted)).all().get();
    }
    String message = refused(ErrorCode.DESTINATION_SHAPE, () -> following().close());
    assertTrue(message.contains(topic()) && message.contains("cleanup.policy=delete"), message);
  }

  @Test
  void aTransactionWithoutLettersIsNotHeardOf() {
    try (KafkaSink sink = following()) {
      apply(sink, 0x20, ITEM.insert("1", LARGE));
      apply(sink, 0x30, ITEM.insert("2", "b"));
      try (ChunkWriter writer = sink.chunkWriter()) {
        Calls.load(writer, ITEM, "1", line("3", LARGE));
        Calls.load(writer, ITEM, "2", line("4", "d"));
      }
    }
    assertEquals(List.of("public.item DEAD_LETTER 1", "public.item DEAD_LETTER 1"), heard);
  }

  /** One of the two would be cut within a character, wherever it is. */
  @Test
  void aLetterIsCutBetweenCharacters() {
    String even = "\u00e4".repeat(20_000);
    try (KafkaSink sink = following()) {
      apply(sink, 0x20, ITEM.insert("1", even), ITEM.insert("2", "x" + even));
    }
    List<String> names =
        letters().values().stream()
            .map(letter -> json(letter.value().orElseThrow()).get("after").get("name").asString())
            .toList();
    assertEquals(List.of(even, "x" + even), names);
  }

  /** However large other topics let records be. */
  @Test
  void partsFitIntoATopicThatNobodyHasConfigured() {
    String name = "n".repeat(5 << 19);
    KafkaSinkSettings larger =
        calls.settings().with(RecordSettings.DEFAULT.withLimit(2 << 20, TooLarge.DEAD_LETTER));
    try (KafkaSink sink = calls.following(larger, ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", name));
    }
    JsonNode letter = json(of("0/20-0-c", letters()).value().orElseThrow());
    assertEquals(name, letter.get("after").get("name").asString());
  }

  @Test
  void aLetterHasTheHeadersOfEveryRecord() {
    Map<String, String> headers = Map.of("region", "eu");
    RecordSettings records = settings().records().withHeaders(headers);
    try (KafkaSink sink = calls.following(settings().with(records), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", LARGE));
    }
    assertEquals("eu", header(of("0/20-0-c", letters()), "region"));
  }

  /** The topic is made when it is asked for, and not by the broker when the first letter comes. */
  @Test
  void aFeedThatGoesOnWithDeadLettersHasTheTopic() throws Exception {
    calls.following(calls.settings(), ITEM).close();
    try (KafkaSink sink = new KafkaSink(settings())) {
      sink.open(calls.feed(), new Claim());
      sink.resume(List.of(ITEM.published()));
    }
    requireEndless();
  }
}
