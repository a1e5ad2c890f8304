package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Some rows of a table are read again at the user's wish, from the command to every sink. */
@Postgres
final class ReloadWhereTest {
  private static final String ITEMS =
      """
      create table item (region text collate "C", id int, grp int, name text, live boolean,
        primary key (id, region));
      insert into item select 'r' || g % 3, g, g % 10, 'name ' || g, g % 2 = 0
        from generate_series(1, 100) g
      """;

  @TempDir private Path directory;

  @Test
  void rowsForWhichItHoldsAtEitherSideEndEqualAndNoOthers(Database source, Database copy)
      throws Exception {
    source.execute(ITEMS);
    Path configuration =
        configuration(source, "file: %s, other: %s".formatted(sqlite(), postgres(copy)));
    catchUp(configuration);
    List<Connection> copies = List.of(open(), copy.connect());
    for (Connection spoiled : copies) {
      execute(spoiled, "update item set name = 'changed' where id in (3, 13, 7, 17)");
      execute(spoiled, "update item set grp = 7 where id = 23");
      execute(spoiled, "update item set grp = 3 where id = 24");
      execute(spoiled, "delete from item where id in (33, 44)");
      execute(spoiled, "insert into item values ('x', 1000, 3, 'made up', true)");
      execute(spoiled, "insert into item values ('x', 1001, 4, 'made up', true)");
    }
    source.execute("update item set live = true where id = 53");
    JsonNode asked = reload(configuration, "grp = 3 -- of three").get("asked").get(0);
    assertEquals(12, asked.get("rows").asInt(), asked::toString);
    catchUp(configuration);
    for (Connection mended : copies) {
      try (mended) {
        assertEquals(rows(source.connect(), "grp = 3"), rows(mended, "grp = 3"));
        assertEquals("4", one(mended, "select grp from item where id = 24"));
        assertEquals("2", one(mended, "select count(*) from item where name = 'changed'"));
        assertEquals("1", one(mended, "select count(*) from item where name = 'made up'"));
        assertEquals("0", one(mended, "select count(*) from item where id = 44"));
      }
    }
  }

  @Test
  void aConditionWithoutRowsIsFine(Database source) throws Exception {
    source.execute(ITEMS);
    Path configuration = configuration(source, "file: " + sqlite());
    catchUp(configuration);
    CapturedRun run = CapturedRun.plain();
    String[] command = {"reload", "public.item", configuration.toString(), "--where", "id < 0"};
    assertEquals(0, run.execute(command), run.err());
    assertEquals(
        "Pipeline shop has nothing to load: no row of public.item meets the condition, at either"
            + " side.\n",
        run.out());
    assertEquals(0, reload(configuration, "id < 0").get("asked").get(0).get("rows").asInt());
  }

  @Test
  void aConditionThatMeansNothingIsRefusedByName(Database source, Database copy) throws Exception {
    source.execute(ITEMS);
    source.execute(
        """
        create table keyless (grp int);
        alter table keyless replica identity full;
        create table plain (id int primary key)
        """);
    source.execute(
        "create function public.is_three(int) returns boolean as 'select $1 = 3' language sql");
    Path configuration =
        configuration(source, "file: %s, other: %s".formatted(sqlite(), postgres(copy)));
    catchUp(configuration);
    refused(configuration, "item", "grp ==", "at the source");
    refused(configuration, "item", "color = 3", "column \"color\" does not exist");
    refused(configuration, "item", "true); drop table public.item; select (true", "one expression");
    refused(configuration, "item", "pg_catalog.nextval('a') > 1", "at the source");
    refused(configuration, "item", "name::int > 0", "at the source");
    refused(configuration, "item", "name ~ '^n'", "sink file: SQLite database ");
    refused(configuration, "item", "name like 'n%' and public.is_three(grp)", "sink file: ");
    refused(configuration, "keyless", "grp = 3", "no published key");
    refused(configuration, "*", "true", "matches 3");
    assertEquals("100", one(source.connect(), "select count(*) from item"));
    Path other = configuration(source, "other: " + postgres(copy));
    refused(other, "item", "public.is_three(grp)", "sink other: ");
    assertEquals(10, reload(other, "name ~ '3$'").get("asked").get(0).get("rows").asInt());
  }

  @Test
  void linesOfJsonAndSinksWithRowsOfOthersLeaveItOut(Database source, Database copy)
      throws Exception {
    source.execute(ITEMS);
    String lines = "lines: {type: jsonLines, path: out.jsonl}";
    Path configuration = configuration(source, lines + ", file: " + sqlite());
    catchUp(configuration);
    JsonNode asked = reload(configuration, "grp = 3").get("asked").get(0);
    assertEquals("[\"lines\"]", asked.get("passedOver").toString());
    catchUp(configuration);
    String merging = "other: {type: postgres, url: '%s', existing: merge}".formatted(copy.uri());
    refused(configuration(source, merging), "item", "grp = 3", "no sink of pipeline shop");
    refused(configuration(source, lines), "item", "grp = 3", "no sink of pipeline shop");
  }

  @Test
  void onlyPublishedRowsAndColumnsAreRead(PostgresServers servers) throws Exception {
    try (Database source = servers.server(18).createDatabase("source");
        Database copy = servers.server(18).createDatabase("copy")) {
      source.execute(
          """
          create table item (id int primary key, grp int, name text, secret text, shown boolean)
            partition by range (id);
          create table item_1 partition of item for values from (0) to (50);
          create table item_2 partition of item for values from (50) to (1000);
          alter table item replica identity full;
          insert into item select g, g % 10, 'name ' || g, 'hidden', g % 3 > 0
            from generate_series(1, 99) g;
          create publication shop for table item (id, grp, name, shown) where (shown)
            with (publish_via_partition_root)
          """);
      source.execute("alter publication shop set (publish = 'insert')");
      Path configuration =
          configuration(
              source,
              "file: %s, other: %s".formatted(sqlite(), postgres(copy)),
              ", publication: shop");
      catchUp(configuration);
      List<Connection> copies = List.of(open(), copy.connect());
      for (Connection spoiled : copies) {
        execute(spoiled, "update item set name = 'changed' where grp in (3, 4)");
        execute(spoiled, "insert into item values (3, 3, 'not published', false)");
        execute(spoiled, "delete from item where id = 53");
      }
      assertEquals(7, reload(configuration, "grp = 3").get("asked").get(0).get("rows").asInt());
      catchUp(configuration);
      for (Connection mended : copies) {
        try (mended) {
          String names = "select count(*) || min(name) from item where grp = ";
          assertEquals(one(source.connect(), names + "3 and shown"), one(mended, names + 3));
          assertEquals("7changed", one(mended, names + 4));
        }
      }
    }
  }

  private String sqlite() {
    return "{type: sqlite, path: copy.db}";
  }

  private static String postgres(Database copy) {
    return "{type: postgres, url: '%s'}".formatted(copy.uri());
  }

  private Path configuration(Database source, String sinks) throws Exception {
    return configuration(source, sinks, "");
  }

  private Path configuration(Database source, String sinks, String more) throws Exception {
    return Files.writeString(
        Files.createTempFile(directory, "walferry", ".yaml"),
        """
        source: {url: '%s', slot: '%s', tables: ['public.*']%s}
        sinks: {%s}
        pipeline: {batchTime: 10ms, name: shop}
        """
            .formatted(source.uri(), source.name(), more, sinks));
  }

  private static void catchUp(Path configuration) {
    CapturedRun run = CapturedRun.plain();
    int status = run.execute("run", "--until-lsn", "now", configuration.toString());
    assertEquals(0, status, run.err());
  }

  private static JsonNode reload(Path configuration, String condition) {
    CapturedRun run = CapturedRun.plain();
    String[] command = {
      "reload", "public.item", configuration.toString(), "--json", "--where", condition
    };
    assertEquals(0, run.execute(command), run.err() + run.out());
    return JsonMapper.shared().readTree(run.out());
  }

  private static void refused(Path configuration, String table, String condition, String why) {
    CapturedRun run = CapturedRun.plain();
    String[] command = {
      "reload", "public." + table, configuration.toString(), "--where", condition
    };
    assertEquals(2, run.execute(command), () -> condition + ": " + run.err() + run.out());
    assertTrue(run.err().contains(why), () -> condition + ": " + run.err());
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static String one(Connection connection, String query) throws SQLException {
    return all(connection, query).getFirst();
  }

  private static List<String> rows(Connection connection, String condition) throws SQLException {
    return all(
        connection,
        "select region || ' ' || id || ' ' || name || ' ' || case when live then 1 else 0 end"
            + " from item where "
            + condition
            + " order by cast(id as real)");
  }

  private static List<String> all(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }
}
