package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.sinks.sqlserver.SqlServerConnector;
import io.walferry.sinks.sqlserver.SqlServerSettings;
import io.walferry.sinks.sqlserver.SqlServerSinkSettings;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Each configuration that the README shows runs as it is written; only where the servers are, and
 * names that a test cannot share, come from the environment.
 */
@Postgres
final class ReadmeTest {
  private static final Path README = Path.of("../README.md");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```yaml\\n(.*?)^```$");
  private static final Pattern SINK = Pattern.compile("(?m)^  (\\w+):[^\\n]*\\n    type: (\\w+)$");
  private static final Pattern SQL_SERVER =
      Pattern.compile("(?<server>sqlserver://[^:/]+:(?<password>[^@]+)@[^/]+/)[^?]*(?<rest>.*)");

  /** What a destination holds in the end. */
  private static final List<String> ROWS = List.of("2 it's \u00e4", "3 ", "4 null");

  /** What one that keeps everything has been told. */
  private static final List<String> CHANGES =
      List.of("1 tea", "2 null", "2 it's \u00e4", "1 gone", "3 ", "4 null");

  @TempDir private Path directory;

  /** A configuration of the README, and its only sink. */
  private record Shown(String sink, String text) {
    /** The environment's form of a key of the sink. */
    String variable(String key) {
      return "WALFERRY_SINKS_" + sink.toUpperCase(Locale.ROOT) + "_" + key;
    }
  }

  @Test
  void everyDestinationIsShownOnce() throws Exception {
    assertEquals(
        Set.of("jsonLines", "kafka", "mariadb", "mysql", "postgres", "sqlite", "sqlserver"),
        shown().keySet());
  }

  @Test
  void sqlite(Database source) throws Exception {
    follow(source, "sqlite", Map.of());
    try (Connection copy =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("shop.db"))) {
      assertEquals(ROWS, rows(copy));
    }
  }

  @Test
  void postgres(Database source) throws Exception {
    try (Database copy = source.server().createDatabase("warehouse")) {
      follow(source, "postgres", Map.of("URL", copy.uri()));
      try (Connection connection = copy.connect()) {
        assertEquals(ROWS, rows(connection));
      }
    }
  }

  @EachMysql
  void mysqlAndMariadb(Database source, MysqlDatabase copy) throws Exception {
    MysqlServer server = copy.server();
    follow(
        source,
        server.flavor().name().toLowerCase(Locale.ROOT),
        Map.of("URL", copy.uri(), "PASSWORD", server.password()));
    try (Connection connection = copy.connect()) {
      assertEquals(ROWS, rows(connection));
    }
  }

  @Test
  @Kafka
  void kafka(Database source, KafkaBroker broker) throws Exception {
    follow(source, "kafka", Map.of("BOOTSTRAP_SERVERS", broker.bootstrapServers()));
    List<String> told =
        CommittedRecords.of(broker, source.name() + ".public.orders").stream()
            .filter(record -> record.value().isPresent())
            .map(ReadmeTest::told)
            .toList();
    assertEquals(CHANGES, told);
  }

  @Test
  void jsonLines(Database source) throws Exception {
    follow(source, "jsonLines", Map.of());
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("shop.jsonl"))) {
      lines.add(JsonMapper.shared().readTree(line));
    }
    List<JsonNode> changes = lines.stream().filter(line -> line.has("table")).toList();
    assertEquals(
        List.of("read", "read", "update", "delete", "insert", "insert"),
        changes.stream().map(line -> line.get("op").asString()).toList());
    assertEquals(CHANGES, changes.stream().map(ReadmeTest::told).toList());
    assertEquals("position", lines.getLast().get("op").asString());
  }

  /** Needs one that runs; the configuration is validated by the test of the documents anyway. */
  @Test
  void sqlserver(Database source) throws Exception {
    String url =
        Optional.ofNullable(System.getenv("WALFERRY_TEST_SQLSERVER_URL"))
            .orElseGet(() -> Assumptions.abort("WALFERRY_TEST_SQLSERVER_URL names no server"));
    Matcher parts = SQL_SERVER.matcher(url);
    assertTrue(parts.matches());
    String copy = parts.group("server") + "walferry_test" + parts.group("rest");
    try (Connection master = sqlServer(url);
        Statement statement = master.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS walferry_test");
      statement.execute("CREATE DATABASE walferry_test");
      follow(source, "sqlserver", Map.of("URL", copy, "PASSWORD", parts.group("password")));
      try (Connection connection = sqlServer(copy)) {
        assertEquals(ROWS, rows(connection));
      }
    }
  }

  private static Connection sqlServer(String url) {
    return new SqlServerConnector(SqlServerSettings.parse(url), SqlServerSinkSettings.DEFAULT)
        .connect();
  }

  /** Loads and follows, as the README has it, with keys of the sink that are a test's own. */
  private void follow(Database source, String type, Map<String, String> own) throws Exception {
    Shown shown = Optional.ofNullable(shown().get(type)).orElseThrow();
    Map<String, String> environment = new HashMap<>();
    environment.put("SHOP_PASSWORD", "unused");
    environment.put("WALFERRY_SOURCE_URL", source.uri());
    environment.put("WALFERRY_SOURCE_SLOT", source.name());
    environment.put("WALFERRY_PIPELINE_NAME", source.name());
    own.forEach((key, value) -> environment.put(shown.variable(key), value));
    Path file = Files.writeString(directory.resolve("shop.yaml"), shown.text());
    source.execute("create table orders (id int primary key, item text)");
    source.execute("insert into orders values (1, 'tea'), (2, null)");
    run(environment, file);
    source.execute("update orders set item = 'it''s \u00e4' where id = 2");
    source.execute("delete from orders where id = 1");
    source.execute("insert into orders values (3, ''), (4, null)");
    run(environment, file);
    try (Connection connection = source.connect()) {
      assertEquals(ROWS, rows(connection));
    }
  }

  private static void run(Map<String, String> environment, Path file) {
    CapturedRun run = new CapturedRun(environment);
    assertEquals(0, run.execute("run", "--until-lsn", "now", file.toString()), run.err());
  }

  /** By the sink's type. */
  private static Map<String, Shown> shown() throws IOException {
    Map<String, Shown> shown = new TreeMap<>();
    Matcher block = BLOCK.matcher(Files.readString(README));
    while (block.find()) {
      String text = block.group(1);
      Matcher sink = SINK.matcher(text);
      assertTrue(sink.find(), text);
      Optional<Shown> other =
          Optional.ofNullable(shown.put(sink.group(2), new Shown(sink.group(1), text)));
      assertEquals(Optional.empty(), other);
    }
    return shown;
  }

  /** A change in short, whichever of the two told it: the key, and what is there after it. */
  private static String told(KafkaRecord record) {
    return told(JsonMapper.shared().readTree(record.value().orElseThrow()));
  }

  private static String told(JsonNode change) {
    JsonNode after = change.path("after");
    return after.isObject()
        ? after.get("id").asInt() + " " + after.get("item").asString("null")
        : change.get("before").get("id").asInt() + " gone";
  }

  private static List<String> rows(Connection connection) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select id, item from orders order by id")) {
      while (result.next()) {
        rows.add(result.getInt(1) + " " + result.getString(2));
      }
    }
    return rows;
  }
}
