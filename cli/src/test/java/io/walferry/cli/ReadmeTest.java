package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Mysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.server.ServerDatabase;
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
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of all destinations that the README shows runs as it is written. */
@Postgres
@Mysql
@Kafka
@Timeout(300)
final class ReadmeTest {
  private static final Path README = Path.of("../README.md");
  private static final Pattern DESTINATIONS =
      Pattern.compile("(?ms)^```yaml\\n((?:(?!^```).)*^  warehouse:.*?)^```$");

  @TempDir private Path directory;

  @Test
  void eachDestinationGetsRowsAndChanges(
      Database source, KafkaBroker broker, MysqlServers servers, MysqlDatabase reports)
      throws Exception {
    source.execute("create table orders (id int primary key, item text)");
    source.execute("insert into orders values (1, 'tea'), (2, null)");
    MysqlServer mariadb = servers.server(MysqlFlavor.MARIADB);
    try (Database warehouse = source.server().createDatabase("warehouse");
        MysqlDatabase archive = mariadb.createDatabase("archive")) {
      Map<String, String> environment = environment(source, broker);
      environment.put("SHOP_PASSWORD", mariadb.password());
      environment.put("WALFERRY_SINKS_WAREHOUSE_URL", warehouse.uri());
      environment.put("WALFERRY_SINKS_REPORTS_URL", withoutPassword(reports));
      environment.put("WALFERRY_SINKS_ARCHIVE_URL", withoutPassword(archive));
      Path file = Files.writeString(directory.resolve("shop.yaml"), shown());
      run(environment, file);
      source.execute("update orders set item = 'it''s \u00e4' where id = 2");
      source.execute("delete from orders where id = 1");
      source.execute("insert into orders values (3, '')");
      run(environment, file);
      List<String> rows = rows(source);
      assertEquals(List.of("2 it's \u00e4", "3 "), rows);
      for (ServerDatabase copy : List.of(warehouse, reports, archive)) {
        assertEquals(rows, rows(copy), copy::toString);
      }
    }
    try (Connection copy =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("shop.db"))) {
      assertEquals(rows(source), rows(copy));
    }
    assertEquals(6, CommittedRecords.of(broker, source.name() + ".public.orders").size());
    assertTrue(Files.readString(directory.resolve("shop.jsonl")).contains("it's \u00e4"));
  }

  private static Map<String, String> environment(Database source, KafkaBroker broker) {
    Map<String, String> environment = new HashMap<>();
    environment.put("WALFERRY_SOURCE_URL", source.uri());
    environment.put("WALFERRY_SOURCE_SLOT", source.name());
    environment.put("WALFERRY_PIPELINE_NAME", source.name());
    environment.put("WALFERRY_SINKS_BUS_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    return environment;
  }

  private static String withoutPassword(MysqlDatabase database) {
    MysqlServer server = database.server();
    return "mysql://%s@127.0.0.1:%d/%s".formatted(server.user(), server.port(), database.name());
  }

  private static String shown() throws Exception {
    var block = DESTINATIONS.matcher(Files.readString(README));
    assertTrue(block.find());
    return block.group(1);
  }

  private static void run(Map<String, String> environment, Path file) {
    CapturedRun run = new CapturedRun(environment);
    assertEquals(0, run.execute("run", "--until-lsn", "now", file.toString()), run.err());
  }

  private static List<String> rows(ServerDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      return rows(connection);
    }
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
