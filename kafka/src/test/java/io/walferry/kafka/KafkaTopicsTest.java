package io.walferry.kafka;

import static io.walferry.kafka.Calls.apply;
import static io.walferry.kafka.Calls.position;
import static io.walferry.kafka.Calls.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.sink.Claim;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

@Kafka
final class KafkaTopicsTest {
  private static final SampleTable ITEM = SampleTable.of("item", "*id:23", "name");

  private final Calls calls;
  private final KafkaBroker broker;

  KafkaTopicsTest(KafkaBroker broker) {
    this.broker = broker;
    this.calls = new Calls(broker);
  }

  @Test
  void missingTopicsAreMadeAsTheSettingsSay() throws Exception {
    TopicSettings topics =
        TopicSettings.DEFAULT
            .withName("cdc-{pipeline}-{schema}-{table}")
            .withPartitions(2)
            .withConfig(Map.of("cleanup.policy", "compact"));
    calls.following(calls.settings().with(topics), ITEM).close();
    String topic = "cdc-" + calls.feed().pipeline() + "-public-item";
    try (Admin admin = admin()) {
      assertEquals(
          2,
          admin
              .describeTopics(List.of(topic))
              .topicNameValues()
              .values()
              .iterator()
              .next()
              .get(30, TimeUnit.SECONDS)
              .partitions()
              .size());
      assertEquals("compact", setting(admin, topic, "cleanup.policy"));
    }
  }

  /** A feed that commits ten times a second writes more than 800,000 positions a day. */
  @Test
  void thePositionsTopicIsCompactedEveryFewMinutes() throws Exception {
    calls.following(calls.settings(), ITEM).close();
    String topic = "walferry.position." + calls.feed().pipeline();
    try (Admin admin = admin()) {
      assertEquals("compact", setting(admin, topic, "cleanup.policy"));
      for (String most : List.of("segment.ms", "max.compaction.lag.ms")) {
        assertEquals("600000", setting(admin, topic, most), most);
      }
      assertEquals("16777216", setting(admin, topic, "segment.bytes"));
      assertEquals("3600000", setting(admin, topic, "delete.retention.ms"));
    }
  }

  @Test
  void missingTopicsAreNamedWhereNoneMayBeMade() {
    TopicSettings topics = TopicSettings.DEFAULT.withoutCreation();
    try (KafkaSink sink = new KafkaSink(calls.settings().with(topics))) {
      sink.open(calls.feed(), new Claim());
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> sink.prepare(List.of(ITEM.published())));
      assertTrue(message.contains(calls.topic(ITEM)), message);
    }
    assertEquals(List.of(), ownTopics());
  }

  @Test
  void anOpenedSinkThatWritesNothingLeavesNoTopic() {
    try (KafkaSink sink = new KafkaSink(calls.settings())) {
      sink.open(calls.feed(), new Claim());
    }
    assertEquals(List.of(), ownTopics());
  }

  @Test
  void aTopicWithRecordsIsRefusedUnlessTheyMayStay() throws Exception {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
    }
    Calls other = new Calls(broker);
    TopicSettings shared =
        TopicSettings.DEFAULT.withName(calls.feed().pipeline() + ".public.{table}");
    try (KafkaSink sink = new KafkaSink(other.settings().with(shared))) {
      sink.open(other.feed(), new Claim());
      String message =
          refused(ErrorCode.DESTINATION_NOT_EMPTY, () -> sink.prepare(List.of(ITEM.published())));
      assertTrue(message.contains(calls.topic(ITEM)), message);
    }
    try (KafkaSink sink = other.following(other.settings().with(shared.appending()), ITEM)) {
      apply(sink, 0x20, ITEM.insert("2", "b"));
    }
    assertEquals(2, calls.told(ITEM).size());
  }

  @Test
  void aTableThatIsLoadedAgainMayHaveRecords() {
    try (KafkaSink sink = calls.following(calls.settings(), ITEM)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
      sink.empty(ITEM.published());
      sink.prepare(List.of(ITEM.published()));
      sink.commit(position(0x30));
    }
    assertEquals(List.of("{\"id\":1} c {\"id\":1,\"name\":\"a\"}", "- t null"), calls.told(ITEM));
  }

  @Test
  void aTopicThatHadTheRowsMustBeThere() throws Exception {
    calls.following(calls.settings(), ITEM).close();
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(calls.topic(ITEM))).all().get(30, TimeUnit.SECONDS);
    }
    try (KafkaSink sink = new KafkaSink(calls.settings())) {
      sink.open(calls.feed(), new Claim());
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> sink.resume(List.of(ITEM.published())));
      assertTrue(message.contains("which has its rows, is missing"), message);
    }
  }

  @Test
  void tablesWithOneTopicAreRefused() {
    SampleTable left = SampleTable.of("a b", "*id:23");
    SampleTable right = SampleTable.of("a_b", "*id:23");
    String message =
        refused(
            ErrorCode.DESTINATION_SHAPE,
            () -> calls.following(calls.settings(), left, right).close());
    assertTrue(message.contains("public.\"a b\"") && message.contains("public.a_b"), message);
  }

  @Test
  void aTableWithTheTopicOfThePositionIsRefused() {
    SampleTable table =
        SampleTable.of(
            new TableId("position", calls.feed().pipeline()), ReplicaIdentity.DEFAULT, "*id:23");
    KafkaSinkSettings settings = calls.settings();
    String message =
        refused(
            ErrorCode.DESTINATION_SHAPE,
            () ->
                calls
                    .following(
                        settings.with(settings.topics().withName("walferry.{schema}.{table}")),
                        table)
                    .close());
    assertTrue(message.contains("the position"), message);
  }

  @Test
  void aPositionThatWouldNotLastIsRefused() throws Exception {
    String topic = "walferry.position." + calls.feed().pipeline();
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    try (KafkaSink sink = new KafkaSink(calls.settings())) {
      String message =
          refused(ErrorCode.DESTINATION_SHAPE, () -> sink.open(calls.feed(), new Claim()));
      assertTrue(message.contains("cleanup.policy=compact"), message);
    }
  }

  @Test
  void aReplicaIdentityByIndexNeedsItsColumnsNamed() {
    SampleTable indexed =
        SampleTable.of(new TableId("public", "indexed"), ReplicaIdentity.INDEX, "id:23", "*code");
    String message =
        refused(
            ErrorCode.DESTINATION_SHAPE, () -> calls.following(calls.settings(), indexed).close());
    assertTrue(message.contains("name the columns of that index under 'keys'"), message);
    Map<TableId, List<String>> keys = Map.of(indexed.id(), List.of("code"));
    KafkaSinkSettings settings = calls.settings();
    try (KafkaSink sink =
        calls.following(settings.with(settings.records().withKeys(keys)), indexed)) {
      apply(sink, 0x20, indexed.insert("1", "x"));
    }
    assertEquals(List.of("{\"code\":\"x\"} c {\"id\":1,\"code\":\"x\"}"), calls.told(indexed));
  }

  /** Their names are the same without quotes. */
  @Test
  void noTwoTablesShareATopic() {
    SampleTable one =
        SampleTable.of(new TableId("a.b", "c"), ReplicaIdentity.DEFAULT, "*id:23", "v");
    SampleTable other =
        SampleTable.of(new TableId("a", "b.c"), ReplicaIdentity.DEFAULT, "*id:23", "v");
    String expected =
        "Topic %s.a.b.c would belong to table \"a.b\".c and to table a.\"b.c\"; change 'topic' or leave one of them out"
            .formatted(calls.feed().pipeline());
    try (KafkaSink sink = new KafkaSink(calls.settings())) {
      sink.open(calls.feed(), new Claim());
      String message =
          refused(
              ErrorCode.DESTINATION_SHAPE,
              () -> sink.prepare(List.of(one.published(), other.published())));
      assertEquals(expected, message);
    }
    try (KafkaSink sink = calls.following(calls.settings(), one)) {
      String message =
          refused(
              ErrorCode.DESTINATION_SHAPE, () -> Calls.begin(sink, 0x20, other.insert("1", "a")));
      assertEquals(expected, message);
    }
  }

  @Test
  void templatesSayWhatIsWrongWithThem() {
    for (String wrong : List.of("{pipeline}", "{table}.{tabel}", "{table} x", "{table}/{schema}")) {
      assertThrows(IllegalArgumentException.class, () -> TopicTemplate.ofTables(wrong), wrong);
    }
    assertEquals(
        "p-s_1-t_2",
        TopicTemplate.ofTables("{pipeline}-{schema}-{table}").of("p", new TableId("s 1", "t{2")));
    String message =
        refused(
            ErrorCode.DESTINATION_SHAPE,
            () -> TopicTemplate.ofTables("{table}").of("p", new TableId("s", "t".repeat(250))));
    assertTrue(message.contains("250 characters"), message);
  }

  private List<String> ownTopics() {
    return Stream.of(calls.feed().pipeline())
        .flatMap(
            name -> CommittedRecords.topics(broker).stream().filter(topic -> topic.contains(name)))
        .toList();
  }

  private static String setting(Admin admin, String topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin
        .describeConfigs(List.of(resource))
        .values()
        .values()
        .iterator()
        .next()
        .get(30, TimeUnit.SECONDS)
        .get(name)
        .value();
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
