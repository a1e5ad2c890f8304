package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the commands say to servers that lack what newer ones have: {@code wal_status}, publications
 * of partitioned tables, TRUNCATE in the stream.
 */
@Postgres
final class OlderServerTest {
  private static final int TRUNCATE_SINCE = 11;
  private static final int PARTITIONED_SINCE = 13;

  /** Partitioned tables have no primary key in 10. */
  private static final String TABLES =
      """
      create table item (id int primary key, v text);
      create table sale (id int, v text) partition by range (id);
      create table sale_1 partition of sale (primary key (id)) for values from (0) to (10);
      create table sale_2 partition of sale (primary key (id)) for values from (10) to (20);
      insert into item values (1, 'one');
      insert into sale values (1, 'one'), (11, 'eleven');
      """;

  @TempDir private Path directory;

  @EachPostgres(from = 10, to = 13)
  void theSqlOfCheckMakesAPublicationThatIsComplete(Database database) throws Exception {
    database.execute(TABLES);
    JsonNode before = check(database, 0);
    assertEquals("note", about(before, "server version").get("severity").asString());
    database.execute(about(before, "publication p").get("sql").asString());
    JsonNode after = check(database, 0);
    assertEquals("so it is", about(after, "publication p").get("found").asString());
  }

  @EachPostgres(from = 10, to = 13)
  void everyStatementThatCheckProposesRuns(Database database) throws Exception {
    database.execute(TABLES);
    database.execute("create publication p for table sale_1 with (publish = 'insert')");
    for (JsonNode finding : check(database, 1).get("findings")) {
      if (finding.has("sql")) {
        database.execute(finding.get("sql").asString());
      }
    }
    for (JsonNode finding : check(database, 0).get("findings")) {
      assertFalse(finding.has("sql"), finding::toString);
    }
  }

  @EachPostgres(from = 10, to = 13)
  void truncateIsSpokenOfWhereTheServerDoesNotSendIt(Database database) throws Exception {
    database.execute(TABLES);
    String why = about(check(database, 0), "server version").get("why").asString();
    assertEquals(database.server().major() < TRUNCATE_SINCE, why.contains("TRUNCATE"), why);
  }

  @EachPostgres(from = 10, to = 13)
  void aFeedIsRunValidatedAndListed(Database database) throws Exception {
    database.execute(TABLES);
    Scene scene = new Scene(database, directory);
    CapturedRun validated = scene.command("validate", "--connect");
    assertTrue(validated.out().contains(" is valid: "), validated.out() + validated.err());
    scene.followed();
    CapturedRun slots = CapturedRun.plain();
    assertEquals(0, slots.execute("slots", database.uri()), slots.err());
    assertTrue(slots.out().contains(database.name() + "  pgoutput  "), slots.out());
    assertEquals(expectedTables(database.server().major()), copies());
  }

  private static List<String> expectedTables(int major) {
    return major >= PARTITIONED_SINCE
        ? List.of("item", "sale")
        : List.of("item", "sale_1", "sale_2");
  }

  private JsonNode check(Database database, int status) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(
        status,
        run.execute(
            "check", database.uri(), "--publication", "p", "--tables", "public.*", "--json"),
        () -> run.out() + run.err());
    return JsonMapper.shared().readTree(run.out());
  }

  private static JsonNode about(JsonNode report, String subject) {
    for (JsonNode finding : report.get("findings")) {
      if (finding.get("subject").asString().equals(subject)) {
        return finding;
      }
    }
    throw new AssertionError("nothing about " + subject + " in " + report);
  }

  private List<String> copies() throws SQLException {
    try (Connection copy =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
        Statement statement = copy.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select name from sqlite_master where type = 'table' and name not like 'walferry%'"
                    + " order by name")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }
}
