package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends values that are a good part of the heap to destinations that take JSON. */
@Postgres
@Kafka
final class LargeRecordTest {
  /** Exceeds what Kafka's producer has room for unless it is told. */
  private static final LargeValue LARGE = new LargeValue(1_000_000);

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .build();

  @TempDir private Path directory;

  @Test
  void jsonLinesTakeThemInTwoAndAHalfTimesTheirSize(Database database) throws Exception {
    Scene scene = new Scene(database, directory).sink("{type: jsonLines, path: rows.jsonl}");
    List<String> sent = send(database, scene, LARGE.heapMib(2.5));
    List<String> told = new ArrayList<>();
    try (Stream<String> lines = Files.lines(directory.resolve("rows.jsonl"))) {
      lines.filter(line -> line.contains("\"after\":{")).forEach(tell(told));
    }
    assertEquals(sent, told);
  }

  @Test
  void kafkaTakesThemInFourTimesTheirSize(Database database, KafkaBroker broker) throws Exception {
    Scene scene =
        new Scene(database, directory)
            .pipeline("name: '" + database.name() + "'")
            .sink(
                ("{type: kafka, bootstrapServers: '%s', recordBytes: 64MiB,"
                        + " topicConfig: {max.message.bytes: 67108864}}")
                    .formatted(broker.bootstrapServers()));
    List<String> sent = send(database, scene, LARGE.heapMib(4));
    List<String> told = new ArrayList<>();
    Consumer<String> teller = tell(told);
    CommittedRecords.read(
        broker,
        database.name() + ".public.t",
        record -> teller.accept(record.value().orElseThrow()));
    assertEquals(sent, told);
  }

  /**
   * Sends a row by the load, a new one, and a change of the first; returns what is told of each.
   */
  private static List<String> send(Database database, Scene scene, int heapMib) throws Exception {
    String large = LARGE.text();
    database.execute("CREATE TABLE t (id int PRIMARY KEY, body text)");
    database.execute("INSERT INTO t VALUES (1, " + large + ")");
    LargeValue.run(scene, heapMib, 0);
    database.execute("INSERT INTO t VALUES (2, " + large + ")");
    database.execute("UPDATE t SET body = " + large + " || 'x' WHERE id = 1");
    LargeValue.run(scene, heapMib, 0);
    String changed = database.answer("SELECT md5(body) FROM t WHERE id = 1");
    String whole = database.answer("SELECT md5(body) FROM t WHERE id = 2");
    return List.of("1 " + whole, "2 " + whole, "1 " + changed);
  }

  private static Consumer<String> tell(List<String> told) {
    return document -> {
      JsonNode after = JSON.readTree(document).get("after");
      told.add(after.get("id").asInt() + " " + md5(after.get("body").asString()));
    };
  }

  private static String md5(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
