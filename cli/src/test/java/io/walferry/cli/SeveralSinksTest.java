package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One slot into several sinks, from the configuration to what is in each. */
@Postgres
final class SeveralSinksTest {
  @TempDir private Path directory;

  @Test
  void oneSlotFillsAFileAndADatabase(Database source, Database copy) throws Exception {
    ShopFeed file = new ShopFeed("shop", source, directory);
    ShopFeed database = file.also(copy);
    Path configuration = configuration(source, file.sink(), "database: " + database.sink());
    for (boolean load : List.of(true, false)) {
      JsonNode result = catchUp(configuration);
      assertLoaded(load ? 2 : 0, source, result);
      file.assertEqual();
      database.assertEqual();
      file.write(100);
    }
    assertEquals(1, number(source, "pg_replication_slots where slot_name = current_database()"));
  }

  @Test
  void aSinkThatComesLaterJoinsWithItsExistingRows(Database source, Database copy)
      throws Exception {
    ShopFeed file = new ShopFeed("shop", source, directory);
    ShopFeed database = file.also(copy);
    assertLoaded(1, source, catchUp(configuration(source, file.sink(), "")));
    file.write(100);
    Path both = configuration(source, file.sink(), "database: " + database.sink());
    assertLoaded(1, source, catchUp(both));
    file.assertEqual();
    database.assertEqual();
    file.write(100);
    assertLoaded(0, source, catchUp(both));
    file.assertEqual();
    database.assertEqual();
  }

  @Test
  void theEndSpeaksOfEveryDestination(Database source) throws Exception {
    ShopFeed file = new ShopFeed("shop", source, directory);
    String lines = "lines: {type: jsonLines, path: out.jsonl}";
    CapturedRun run = CapturedRun.plain();
    String configuration = configuration(source, file.sink(), lines).toString();
    assertEquals(0, run.execute("run", "--until-lsn", "now", configuration), run.err());
    assertTrue(run.err().endsWith(" is at every destination\n"), run.err());
    file.assertEqual();
    try (var read = Files.lines(directory.resolve("out.jsonl"))) {
      assertEquals(rows(source), read.filter(line -> line.startsWith("{\"op\":\"read\"")).count());
    }
  }

  @Test
  void validateReachesEverySink(Database source, Database copy) throws Exception {
    ShopFeed file = new ShopFeed("shop", source, directory);
    String more = "database: " + file.also(copy).sink() + ", lines: {type: jsonLines, path: o.l}";
    String configuration = configuration(source, file.sink(), more).toString();
    CapturedRun good = CapturedRun.plain();
    assertEquals(0, good.execute("validate", "--connect", configuration), good.out() + good.err());
    assertTrue(good.out().contains(", to shop, database, lines\n"), good.out());
    assertFalse(Files.exists(file.file()));
    Files.createDirectory(directory.resolve("o.l"));
    validateRefuses(configuration, "cannot write the destination lines: ");
    Files.createDirectory(file.file());
    validateRefuses(
        configuration, "cannot write the destination shop: ", "; cannot write the destination l");
  }

  private static void validateRefuses(String configuration, String... parts) {
    CapturedRun run = CapturedRun.plain();
    assertEquals(3, run.execute("validate", "--connect", configuration), run.err());
    for (String part : parts) {
      assertTrue(run.err().contains(part), run.err() + "\nlacks: " + part);
    }
  }

  private static JsonNode catchUp(Path configuration) {
    CapturedRun run = CapturedRun.plain();
    String[] arguments = {"run", "--json", "--until-lsn", "now", configuration.toString()};
    assertEquals(0, run.execute(arguments), run.err());
    return JsonMapper.shared().readTree(run.out());
  }

  /** Into a sink called {@code shop} and others. */
  private Path configuration(Database source, String first, String others) throws IOException {
    return Files.writeString(
        directory.resolve("walferry.yaml"),
        """
        source: {url: '%s', slot: '%s', tables: ['shop.*']}
        sinks: {shop: %s%s}
        pipeline: {batchTime: 10ms, chunkBytes: 64KiB%s}
        """
            .formatted(
                source.uri(),
                source.name(),
                first,
                others.isEmpty() ? "" : ", " + others,
                others.isEmpty() ? "" : ", name: shop"));
  }

  /** Into so many sinks; frames of COPY may count as rows. */
  private static void assertLoaded(int sinks, Database source, JsonNode result)
      throws SQLException {
    long loaded = result.get("rowsLoaded").asLong();
    assertEquals(sinks, loaded / rows(source), result::toString);
  }

  private static long rows(Database database) throws SQLException {
    String count =
        "pg_tables t, lateral (select (xpath('//n/text()', query_to_xml("
            + "format('select count(*) as n from %I.%I', schemaname, tablename),"
            + " true, true, '')))[1]::text::bigint as n) c where schemaname = 'shop'";
    return one(database, "select sum(n) from " + count);
  }

  private static long number(Database database, String from) throws SQLException {
    return one(database, "select count(*) from " + from);
  }

  private static long one(Database database, String query) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }
}
