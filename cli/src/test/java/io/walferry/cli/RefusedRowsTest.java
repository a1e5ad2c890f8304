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
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a run says of changes that a destination did not take. */
@Postgres
final class RefusedRowsTest {
  @TempDir private Path directory;

  @Test
  void theSummaryCountsThemByWhatBecameOfThem(Database source) throws Exception {
    fill(source);
    Path configuration =
        configuration(
            source, "{refused: deadLetter, updateMissing: upsert, deleteMissing: ignore}");
    assertFalse(run(configuration).err().contains("refused: "));
    spoil(source);
    String said = run(configuration).err();
    assertTrue(
        said.contains(
            ", but for changes that were refused: 2 in the dead letters, 1 passed over, 3 put there"
                + " all the same"),
        said);
    assertTrue(said.contains("Passed over, changes of table public.item: 1; "), said);
    assertTrue(said.contains("Put there all the same, rows of table public.item: 3; "), said);
  }

  @Test
  void machinesGetTheCounts(Database source) throws Exception {
    fill(source);
    Path configuration =
        configuration(
            source, "{refused: deadLetter, updateMissing: upsert, deleteMissing: ignore}");
    JsonNode first = JsonMapper.shared().readTree(run(configuration, "--json").out());
    assertFalse(first.has("deadLetters"), first::toString);
    spoil(source);
    JsonNode then = JsonMapper.shared().readTree(run(configuration, "--json").out());
    assertEquals(2, then.get("deadLetters").asInt(), then::toString);
    assertEquals(1, then.get("changesIgnored").asInt(), then::toString);
    assertEquals(3, then.get("changesUpserted").asInt(), then::toString);
  }

  @Test
  void theStartTellsOfTablesWithoutAKey(Database source) throws Exception {
    fill(source);
    String said = run(configuration(source, "{refused: deadLetter}")).err();
    assertTrue(said.contains("that dead letters of it have no key"), said);
    assertFalse(said.contains("'upsert' cannot tell"), said);
    assertTrue(said.contains("Table public.keyless has neither"), said);
    assertFalse(said.contains("Table public.item has neither"), said);
    assertFalse(said.contains("Table public.whole has neither"), said);
    String again = run(configuration(source, "{updateMissing: upsert}")).err();
    assertTrue(again.contains("'upsert' cannot tell"), again);
    assertFalse(again.contains("dead letters"), again);
    assertFalse(run(configuration(source, "{deleteMissing: ignore}")).err().contains("neither"));
  }

  private void fill(Database source) throws SQLException {
    source.execute(
        """
        create table item (id int primary key, n int not null);
        insert into item select g, g from generate_series(1, 9) g;
        create table keyless (n int);
        alter table keyless replica identity full;
        create table whole (id int primary key);
        alter table whole replica identity full;
        """);
    copy("create table item (id integer not null primary key, n integer not null check (n < 99))");
  }

  /** Six changes that meet something else than they should. */
  private void spoil(Database source) throws SQLException {
    copy("delete from item where id in (1, 2, 3, 4)");
    source.execute(
        """
        update item set n = 10 where id in (1, 2, 3);
        delete from item where id = 4;
        insert into item values (20, 100), (21, 1), (22, 101);
        """);
  }

  private Path configuration(Database source, String rows) throws Exception {
    return Files.writeString(
        directory.resolve("walferry.yaml"),
        """
        source: {url: '%s', slot: '%s', tables: ['public.*']}
        sinks: {shop: {type: sqlite, path: copy.db, rows: %s}}
        pipeline: {batchTime: 10ms}
        """
            .formatted(source.uri(), source.name(), rows));
  }

  private static CapturedRun run(Path configuration, String... options) {
    CapturedRun run = CapturedRun.plain();
    String[] arguments = new String[options.length + 4];
    arguments[0] = "run";
    arguments[1] = "--until-lsn";
    arguments[2] = "now";
    arguments[3] = configuration.toString();
    System.arraycopy(options, 0, arguments, 4, options.length);
    assertEquals(0, run.execute(arguments), run.err());
    return run;
  }

  private void copy(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
