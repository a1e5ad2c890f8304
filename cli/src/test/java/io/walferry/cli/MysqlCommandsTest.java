package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands that look at MySQL and MariaDB themselves, beside the feed. */
@Postgres
final class MysqlCommandsTest {
  private static final String ITEMS =
      """
      create table item (region text collate "C", id int, grp int, name text, live boolean,
        primary key (id, region));
      insert into item select 'r' || g % 3, g, g % 10, 'name ' || g, g % 2 = 0
        from generate_series(1, 100) g
      """;

  @TempDir private Path directory;

  @EachMysql
  void rowsForWhichItHoldsAtEitherSideEndEqualAndNoOthers(Database source, MysqlDatabase copy)
      throws Exception {
    source.execute(ITEMS);
    Path configuration = configuration(source, copy.uri());
    catchUp(configuration);
    execute(
        copy,
        "update item set name = 'changed' where id in (3, 13, 7, 17)",
        "update item set grp = 7 where id = 23",
        "update item set grp = 3 where id = 24",
        "delete from item where id in (33, 44)",
        "insert into item values ('x', 1000, 3, 'made up', true)",
        "insert into item values ('x', 1001, 4, 'made up', true)");
    source.execute("update item set live = true where id = 53");
    assertEquals(12, reload(configuration, "grp = 3 -- of three"));
    catchUp(configuration);
    String three =
        "select concat_ws(' ', region, id, name, case when live then 1 else 0 end) from item"
            + " where grp = 3 order by id";
    assertEquals(rows(source.connect(), three), rows(copy.connect(), three));
    assertEquals(List.of("4"), rows(copy.connect(), "select grp from item where id = 24"));
    assertEquals(
        List.of("7", "17"),
        rows(copy.connect(), "select id from item where name = 'changed' order by id"));
    assertEquals(
        List.of("1001"), rows(copy.connect(), "select id from item where name = 'made up'"));
    assertEquals(List.of(), rows(copy.connect(), "select id from item where id = 44"));
  }

  @EachMysql
  void aConditionThatOnlyTheSourceUnderstandsIsRefusedByName(Database source, MysqlDatabase copy)
      throws Exception {
    source.execute(ITEMS);
    Path configuration = configuration(source, copy.uri());
    catchUp(configuration);
    CapturedRun run = CapturedRun.plain();
    String[] command = {
      "reload", "public.item", configuration.toString(), "--where", "name ~ '^secret'"
    };
    assertEquals(2, run.execute(command), () -> run.err() + run.out());
    assertTrue(run.err().contains("sink copy: "), run::err);
    assertEquals(0, reload(configuration, "id < 0"));
  }

  @EachMysql
  void validateReachesTheServerAndSaysWhatIsInTheWay(Database source, MysqlDatabase copy)
      throws Exception {
    source.execute(ITEMS);
    String good = copy.uri();
    CapturedRun fine = CapturedRun.plain();
    assertEquals(0, validate(fine, source, good), () -> fine.err() + fine.out());
    obstacle(source, good.replace(":walferry@", ":guess@"), "denied");
    obstacle(source, good.replace(copy.name(), "nowhere"), "does not exist");
    obstacle(source, good.replaceAll(":[0-9]+/", ":1/"), "refused");
    obstacle(source, good + "?sslmode=require", "the server has no TLS");
    assertEquals(List.of(), rows(copy.connect(), "show tables"));
  }

  private void obstacle(Database source, String url, String why) throws Exception {
    CapturedRun run = CapturedRun.plain();
    int status = validate(run, source, url);
    String said = run.err() + run.out();
    assertTrue(status > 1, () -> status + ": " + said);
    assertTrue(said.toLowerCase(Locale.ROOT).contains(why.toLowerCase(Locale.ROOT)), said);
    assertFalse(said.contains("guess"), said);
  }

  private int validate(CapturedRun run, Database source, String url) throws Exception {
    return run.execute("validate", "--connect", configuration(source, url).toString());
  }

  private Path configuration(Database source, String url) throws Exception {
    return Files.writeString(
        Files.createTempFile(directory, "walferry", ".yaml"),
        """
        source: {url: '%s', slot: '%s', tables: ['public.*']}
        sinks: {copy: {type: mysql, url: '%s'}}
        pipeline: {batchTime: 10ms, name: shop}
        """
            .formatted(source.uri(), source.name(), url));
  }

  private static void catchUp(Path configuration) {
    CapturedRun run = CapturedRun.plain();
    int status = run.execute("run", "--until-lsn", "now", configuration.toString());
    assertEquals(0, status, run.err());
  }

  /** How many rows are to be read. */
  private static int reload(Path configuration, String condition) {
    CapturedRun run = CapturedRun.plain();
    String[] command = {
      "reload", "public.item", configuration.toString(), "--json", "--where", condition
    };
    assertEquals(0, run.execute(command), run.err() + run.out());
    JsonNode asked = JsonMapper.shared().readTree(run.out()).get("asked").get(0);
    return asked.get("rows").asInt();
  }

  private static void execute(MysqlDatabase database, String... statements) throws SQLException {
    for (String statement : statements) {
      database.execute(statement);
    }
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }
}
