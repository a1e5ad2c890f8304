package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration that docs/kafka.md shows runs as it is, and gives the records shown there. */
@Postgres
@Kafka
final class KafkaDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/kafka.md");

  /** What is another one each time: moments, places in the log, the version. */
  private static final Pattern VOLATILE =
      Pattern.compile(
          "(\"(?:version|ts_.s|txId|lsn|sequence|__lsn|__txId|__source_ts_ms|iodebeziumtxId"
              + "|iodebeziumlsn|time)\":)(?:[0-9]+|\"(?:[^\"\\\\]|\\\\.)*\")");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"debezium, 0", "flattened, 1", "cloudEvents, 2"})
  void whatIsShownIsWhatComes(String envelope, int example, Database database, KafkaBroker broker)
      throws Exception {
    database.execute("create table orders (id int primary key, item text, price numeric)");
    Path file = Files.writeString(directory.resolve("walferry.yaml"), blocks("yaml").getFirst());
    Map<String, String> environment =
        Map.of(
            "SHOP_PASSWORD", "x",
            "WALFERRY_SOURCE_URL", database.uri(),
            "WALFERRY_SOURCE_SLOT", database.name(),
            "WALFERRY_PIPELINE_NAME", database.name(),
            "WALFERRY_SINKS_SHOP_ENVELOPE", envelope,
            "WALFERRY_SINKS_SHOP_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    run(environment, file);
    database.execute("insert into orders values (1, 'tea', 2.50)");
    run(environment, file);
    List<KafkaRecord> records = CommittedRecords.of(broker, database.name() + ".public.orders");
    assertEquals(1, records.size());
    assertEquals("eu", records.getFirst().headers().get("region"));
    String came = records.getFirst().value().orElseThrow().replace(database.name(), "shop");
    assertEquals(lasting(blocks("json").get(example).strip()), lasting(came));
  }

  private static void run(Map<String, String> environment, Path file) {
    CapturedRun run = new CapturedRun(environment);
    assertEquals(0, run.execute("run", "--until-lsn", "now", file.toString()), run.err());
  }

  private static String lasting(String json) {
    return VOLATILE.matcher(json).replaceAll("$1-").replaceAll("\"id\":\"[0-9]+-0-c\"", "\"id\":-");
  }

  private static List<String> blocks(String language) throws Exception {
    return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
        .matcher(Files.readString(DOCUMENT))
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }
}
