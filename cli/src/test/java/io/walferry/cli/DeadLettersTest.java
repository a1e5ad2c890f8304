package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Letters of real destinations, from the command line. */
@Postgres
final class DeadLettersTest {
  private static final String ROWS = "rows: {refused: deadLetter}";

  /** No destination takes it, and no port, place in the log or name of a directory has it in it. */
  private static final String POISON = "1847114711";

  private static final String ITEMS = "select region, id, n from item order by id";

  @TempDir private Path directory;

  @Test
  void lettersAreListedShownAndRetriedUntilBothSidesAreEqual(Database source, Database copy)
      throws Exception {
    fill(source);
    copy.execute(items("check (n < 4000)"));
    sqlite(items("check (n < 4000)").split(";"));
    Path configuration =
        configuration(
            source,
            "file: {%s, %s}, other: {type: postgres, url: '%s', %s}"
                .formatted(file(), ROWS, copy.uri(), ROWS));
    assertEquals(
        "There are no dead letters.\n", ok(configuration, "list", "--sink", "other").out());
    run(configuration);
    source.execute(
        "update item set n = 1847114711 where id = 2; insert into keyless values (1847114711)");
    run(configuration);

    JsonNode listed = json(ok(configuration, "list", "--json"));
    assertEquals(6, listed.get("letters").asInt(), listed::toString);
    assertEquals(
        List.of(
            "file public.item 2 0",
            "file public.keyless 1 1",
            "other public.item 2 0",
            "other public.keyless 1 1"),
        elements(listed.get("groups"))
            .map(
                it ->
                    "%s %s %d %d"
                        .formatted(
                            it.get("sink").asString(),
                            it.get("table").asString(),
                            it.get("letters").asInt(),
                            it.get("withoutKey").asInt()))
            .toList());
    String list = ok(configuration, "list").out();
    assertTrue(list.contains("DESTINATION_ROW_REFUSED"), list);
    assertFalse(list.contains(POISON), list);

    JsonNode shown =
        json(ok(configuration, "show", "public.item", "--sink", "file", "--json")).get("letters");
    assertEquals(2, shown.size());
    assertEquals(
        "{\"region\":\"é😀\",\"id\":\"1\",\"n\":\"1847114711\"}",
        shown.get(0).get("after").toString());
    assertEquals("load", shown.get(0).get("operation").asString());
    assertEquals("{\"id\":\"2\",\"region\":\"r2\"}", shown.get(1).get("key").toString());
    assertEquals(1, shown.get(1).get("change").asInt());
    String one =
        ok(configuration, "show", shown.get(1).get("letter").asString(), "--sink", "file").out();
    assertTrue(one.contains(", update of public.item, sink file of pipeline shop\n"), one);
    assertTrue(
        one.contains("  after   {\"region\":\"r2\",\"id\":\"2\",\"n\":\"1847114711\"}\n"), one);

    // Nothing is mended, so they come anew.
    JsonNode retried = json(command(1, configuration, "retry", "--json"));
    assertEquals("public.item", retried.get("asked").get(0).get("table").asString());
    assertEquals(2, retried.get("asked").get(0).get("rows").asInt());
    assertEquals(4, retried.get("asked").get(0).get("letters").asInt());
    assertEquals(
        List.of("file public.keyless they have no key", "other public.keyless they have no key"),
        left(retried));
    run(configuration);
    assertEquals(6, json(ok(configuration, "list", "--json")).get("letters").asInt());

    source.execute("update item set n = 7 where n = 1847114711; delete from keyless");
    run(configuration);
    String asked = ok(configuration, "retry", "public.item").out();
    assertTrue(asked.startsWith("Pipeline shop reads 2 rows of table public.item again "), asked);
    run(configuration);
    List<String> expected = rows(source.connect(), ITEMS);
    assertEquals(List.of("é😀 1 7", "r2 2 7", "r3 3 3"), expected);
    assertEquals(expected, rows(copy.connect(), ITEMS));
    assertEquals(expected, rows(open(), ITEMS));
    CapturedRun keyless = command(1, configuration, "retry");
    assertTrue(
        keyless.out().contains("Have the whole table read again: walferry reload public.keyless."),
        keyless.out());
    CapturedRun reload = CapturedRun.plain();
    assertEquals(0, reload.execute("reload", "public.keyless", configuration.toString()));
    run(configuration);
    assertEquals("There are no dead letters.\n", ok(configuration, "list").out());
    assertEquals("There are no dead letters.\n", ok(configuration, "retry").out());
  }

  @Test
  void lettersInATopicAreNotReadButNamed(Database source) throws Exception {
    Path configuration =
        configuration(
            source,
            "bus: {type: kafka, bootstrapServers: 'nobody:1', tooLarge: deadLetter},"
                + " strict: {type: kafka, bootstrapServers: 'nobody:2'}");
    CapturedRun listed = ok(configuration, "list");
    assertEquals("There are no dead letters.\n", listed.out());
    assertEquals(
        "Dead letters of sink bus of pipeline shop are not read here: they are records of topic"
            + " walferry.deadletter.shop, for any consumer with isolation.level=read_committed.\n",
        listed.err());
    assertEquals("", ok(configuration, "list", "--sink", "strict").err());
  }

  @Test
  void rowsThatHaveOtherNamesAtTheDestinationAreFoundAtTheSource(Database source) throws Exception {
    fill(source);
    String mapped =
        "tables: {public.item: crm.thing}, transforms: [{tables: [public.item],"
            + " rename: {region: land, id: nr}}]";
    String sinks = "file: {%s, %s, %s}".formatted(file(), ROWS, mapped);
    Path configuration = configuration(source, sinks, "public.item");
    sqlite(
        "create table \"crm.thing\" (land text not null, nr integer not null, n integer check (n <"
            + " 4000), primary key (nr, land))");
    run(configuration);
    assertEquals(
        "crm.thing",
        json(ok(configuration, "list", "--json")).get("groups").get(0).get("table").asString());
    source.execute("update item set n = 8 where id = 1");
    run(configuration);
    String asked = ok(configuration, "retry").out();
    assertTrue(asked.startsWith("Pipeline shop reads 1 row of table public.item again "), asked);
    run(configuration);
    assertEquals(
        rows(source.connect(), ITEMS),
        rows(open(), "select land, nr, n from \"crm.thing\" order by nr"));
    assertEquals("There are no dead letters.\n", ok(configuration, "list").out());
  }

  @Test
  void whatCannotBeRetriedIsSaidWithTheNextStep(Database source) throws Exception {
    fill(source);
    sqlite(items("check (n < 4000)").split(";"));
    run(configuration(source, "file: {%s, %s}".formatted(file(), ROWS), "public.*"));
    String hashed =
        "transforms: [{tables: [public.item], hmac: {columns: [region], key: {file: key}}}]";
    Files.writeString(directory.resolve("key"), "0123456789abcdef0123456789abcdef");
    assertEquals(
        List.of("file public.item the key is hashed or tokenised on its way"),
        left(source, ROWS + ", " + hashed, "public.*"));
    assertEquals(
        List.of("file public.item the pipeline does not follow the table"),
        left(source, ROWS, "public.keyless"));
    assertEquals(
        List.of(
            "file public.item 'existing' of the sink is append or merge, so single rows are not"
                + " read again"),
        left(source, ROWS + ", existing: merge", "public.*"));
    assertEquals(
        List.of(
            "file public.item 'rows' of the sink stops at what is refused, so a reload would leave"
                + " the letters"),
        left(source, "existing: refuse", "public.*"));
    source.execute("alter table item drop constraint item_pkey, add primary key (id)");
    assertEquals(
        List.of("file public.item the table's key at the source is another one"),
        left(source, ROWS, "public.*"));
  }

  @Test
  void whatIsNotThereIsSaid(Database source) throws Exception {
    fill(source);
    Path configuration =
        configuration(source, "file: {%s}, lines: {type: jsonLines, path: x}".formatted(file()));
    assertTrue(
        command(3, configuration, "list").err().contains("sink file: SQLite database "),
        "there is no file");
    sqlite("create table other (id int)");
    assertEquals("There are no dead letters.\n", ok(configuration, "list").out());
    assertEquals(
        "There are no dead letters.\n", ok(configuration, "list", "--sink", "lines").out());
    String err = command(2, configuration, "show", "17").err();
    assertTrue(err.contains("walferry: there is no dead letter 17\n"), err);
    assertTrue(err.contains("next: 'walferry deadletters list' says"), err);
    String unknown = command(2, configuration, "list", "--sink", "fil").err();
    assertTrue(unknown.contains("there is no sink 'fil'; did you mean 'file'?"), unknown);
    assertTrue(command(2, configuration, "show", "item").err().contains("there is no schema"));
  }

  private static void fill(Database source) throws SQLException {
    source.execute(
        items("")
            + """
            ;
            alter table keyless replica identity full;
            insert into item values ('é😀', 1, 1847114711), ('r2', 2, 2), ('r3', 3, 3)
            """);
  }

  private static String items(String check) {
    return """
    create table item (region text not null, id integer not null, n integer %1$s,
      primary key (id, region));
    create table keyless (n integer %1$s)
    """
        .formatted(check);
  }

  private static String file() {
    return "type: sqlite, path: copy.db";
  }

  private Path configuration(Database source, String sinks) throws Exception {
    return configuration(source, sinks, "public.*");
  }

  private Path configuration(Database source, String sinks, String tables) throws Exception {
    return Files.writeString(
        directory.resolve("walferry.yaml"),
        """
        source: {url: '%s', slot: '%s', tables: ['%s']}
        sinks: {%s}
        pipeline: {batchTime: 10ms, name: shop}
        """
            .formatted(source.uri(), source.name(), tables, sinks));
  }

  private static void run(Path configuration) {
    CapturedRun run = CapturedRun.plain();
    int status = run.execute("run", "--until-lsn", "now", configuration.toString());
    assertEquals(0, status, run.err());
    assertFalse(run.err().contains(POISON), run.err());
  }

  private static CapturedRun ok(Path configuration, String... words) {
    return command(0, configuration, words);
  }

  private static CapturedRun command(int expected, Path configuration, String... words) {
    CapturedRun run = CapturedRun.plain();
    List<String> arguments = new ArrayList<>(List.of("deadletters"));
    arguments.addAll(List.of(words));
    arguments.addAll(List.of("--config", configuration.toString()));
    assertEquals(expected, run.execute(arguments.toArray(String[]::new)), run.err() + run.out());
    return run;
  }

  private static JsonNode json(CapturedRun run) {
    return JsonMapper.shared().readTree(run.out());
  }

  /** Of a retry with this configuration, which asks for nothing. */
  private List<String> left(Database source, String sink, String tables) throws Exception {
    Path configuration = configuration(source, "file: {%s, %s}".formatted(file(), sink), tables);
    JsonNode retried = json(command(1, configuration, "retry", "--json"));
    assertEquals(0, retried.get("asked").size(), retried::toString);
    return left(retried);
  }

  private static List<String> left(JsonNode retried) {
    return elements(retried.get("left"))
        .map(
            it ->
                "%s %s %s"
                    .formatted(
                        it.get("sink").asString(),
                        it.get("table").asString(),
                        it.get("why").asString()))
        .toList();
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
  }

  private void sqlite(String... statements) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1) + " " + result.getString(2) + " " + result.getString(3));
      }
      return rows;
    }
  }
}
