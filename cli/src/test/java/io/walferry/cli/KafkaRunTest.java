package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaListener;
import io.walferry.testkit.kafka.KafkaRecord;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Kafka as a sink, from the command line to the records. */
@Postgres
@Kafka
final class KafkaRunTest {
  @TempDir private Path directory;

  @Test
  void rowsAreLoadedAndChangesFollowAndARestartGoesOn(Database database, KafkaBroker broker)
      throws Exception {
    Scene scene = scene(database, broker, "").followed();
    assertEquals(List.of("{\"id\":1} r Zeilenwert-4711"), told(broker, database));
    database.execute("insert into item values (2, null), (3, 'c')");
    database.execute("update item set id = 4 where id = 3");
    database.execute("delete from item where id = 1");
    caughtUp(scene);
    assertEquals(
        List.of(
            "{\"id\":1} r Zeilenwert-4711",
            "{\"id\":2} c null",
            "{\"id\":3} c c",
            "{\"id\":3} d null",
            "{\"id\":3} tombstone",
            "{\"id\":4} c c",
            "{\"id\":1} d null",
            "{\"id\":1} tombstone"),
        told(broker, database));
  }

  @Test
  void oneOfSeveralSinksMayBeKafka(Database database, KafkaBroker broker) throws Exception {
    Scene scene = scene(database, broker, "");
    scene.sink("{type: sqlite, path: copy.db}, bus: " + sink(broker, "headers: {region: eu}"));
    caughtUp(scene);
    database.execute("insert into item values (2, 'b')");
    caughtUp(scene);
    assertEquals(List.of("{\"id\":1} r Zeilenwert-4711", "{\"id\":2} c b"), told(broker, database));
    records(broker, database)
        .forEach(record -> assertEquals(Map.of("region", "eu"), record.headers()));
  }

  @Test
  void aTopicWithTooFewPartitionsIsRefused(Database database, KafkaBroker broker) throws Exception {
    make(broker, database.name() + ".public.item", 2);
    scene(database, broker, "partitions: 3")
        .refused(
            ErrorCode.DESTINATION_SHAPE,
            database.name() + ".public.item",
            "expected 3 partitions or more, as 'partitions' says, got 2");
    new Scene(database, directory)
        .pipeline("name: '" + database.name() + "'")
        .sink(sink(broker, "partitions: 2"))
        .followed();
    assertEquals(1, records(broker, database).size());
  }

  @Test
  void topicsOfSomethingElseStayAsTheyAre(Database database, KafkaBroker broker) throws Exception {
    scene(database, broker, "").followed();
    String topic = "topic: '" + database.name() + ".public.{table}'";
    Scene other =
        new Scene(database, directory)
            .source("slot: " + database.name() + "_2")
            .pipeline("name: " + database.name() + "_2")
            .sink(sink(broker, topic));
    other.refused(ErrorCode.DESTINATION_NOT_EMPTY, database.name() + ".public.item");
    assertEquals(1, records(broker, database).size());
  }

  @Test
  void missingTopicsAreNamedWhereNoneMayBeMade(Database database, KafkaBroker broker)
      throws Exception {
    scene(database, broker, "create: false")
        .refused(ErrorCode.DESTINATION_SHAPE, "Topics are missing", "'create' is false");
  }

  @Test
  void aWrongPasswordIsRefusedAndNotShown(Database database, KafkaBroker broker) throws Exception {
    String servers = broker.bootstrapServers(KafkaListener.PASSWORD);
    String sink =
        "{type: kafka, bootstrapServers: '%s', sasl: {mechanism: PLAIN, user: %s, password: '%s'}}";
    String user = broker.login().user();
    Scene scene =
        new Scene(database, directory)
            .withTable()
            .pipeline("name: '" + database.name() + "'")
            .sink(sink.formatted(servers, user, Scene.PASSWORD));
    scene.refused(ErrorCode.DESTINATION_REFUSED, servers);
    assertEquals(3, status(scene, "validate", "--connect"));
    scene.sink(sink.formatted(servers, user, broker.login().password()));
    assertEquals(0, status(scene, "validate", "--connect"));
    scene.followed();
  }

  @Test
  void anUnknownHostIsWaitedFor(Database database) throws Exception {
    new Scene(database, directory)
        .withTable()
        .sink("{type: kafka, bootstrapServers: 'nobody.invalid:9092'}")
        .start()
        .awaitSaid("nobody.invalid:9092: none of these names is known to the resolver")
        .stop();
  }

  private Scene scene(Database database, KafkaBroker broker, String settings) throws Exception {
    return new Scene(database, directory)
        .withTable()
        .pipeline("name: '" + database.name() + "'")
        .sink(sink(broker, settings));
  }

  private static String sink(KafkaBroker broker, String settings) {
    return "{type: kafka, bootstrapServers: '%s', %s}"
        .formatted(broker.bootstrapServers(), settings);
  }

  private static void caughtUp(Scene scene) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(0, run.execute("run", "--until-lsn", "now", scene.file().toString()), run.err());
  }

  private static int status(Scene scene, String... arguments) {
    CapturedRun run = CapturedRun.plain();
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = scene.file().toString();
    int status = run.execute(all);
    Scene.assertQuietAboutData(run);
    return status;
  }

  private static void make(KafkaBroker broker, String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  private static List<KafkaRecord> records(KafkaBroker broker, Database database) {
    return CommittedRecords.of(broker, database.name() + ".public.item");
  }

  /** Each record in short: the key, the op, and the column v after it. */
  private static List<String> told(KafkaBroker broker, Database database) {
    return records(broker, database).stream().map(KafkaRunTest::told).toList();
  }

  private static String told(KafkaRecord record) {
    String key = record.key().orElse("-");
    if (record.value().isEmpty()) {
      return key + " tombstone";
    }
    JsonNode value = JsonMapper.shared().readTree(record.value().get());
    JsonNode after = value.get("after");
    return key
        + " "
        + value.get("op").asString()
        + " "
        + (after.isNull() || after.get("v").isNull() ? "null" : after.get("v").asString());
  }
}
