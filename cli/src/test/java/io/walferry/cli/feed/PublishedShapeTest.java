package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is loaded and what is followed are what the publication carries: some rows, some columns,
 * generated ones, partitions as one table or as several, and tables that are emptied together;
 * whether columns come as text or in binary.
 */
@Postgres
final class PublishedShapeTest {
  private static final int GENERATED_SINCE = 18;

  private static final String TABLES =
      """
      CREATE TABLE filtered (id int PRIMARY KEY, a int, b text);
      ALTER TABLE filtered REPLICA IDENTITY FULL;
      CREATE TABLE narrow (id int PRIMARY KEY, secret text, b text);
      CREATE TABLE made (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED);
      CREATE TABLE whole (id int, a int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE whole_low PARTITION OF whole FOR VALUES FROM (MINVALUE) TO (500);
      CREATE TABLE whole_high PARTITION OF whole FOR VALUES FROM (500) TO (MAXVALUE);
      CREATE TABLE one (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, n numeric);
      CREATE TABLE other (id int PRIMARY KEY REFERENCES one);
      INSERT INTO filtered SELECT g, g % 7, repeat('b', g % 40) FROM generate_series(1, 1500) g;
      INSERT INTO narrow SELECT g, 'secret', repeat('b', g % 40) FROM generate_series(1, 1500) g;
      INSERT INTO made SELECT g, g FROM generate_series(1, 1500) g;
      INSERT INTO whole SELECT g, g FROM generate_series(1, 1500) g;
      """;

  /** Rows come into the filter and leave it, move between partitions, and change unseen. */
  private static final List<String> WRITES =
      List.of(
          "UPDATE filtered SET a = a + 1 WHERE id % 3 = 0",
          "UPDATE filtered SET b = NULL, a = 3 WHERE id % 11 = 0",
          "DELETE FROM filtered WHERE id % 13 = 0",
          "UPDATE filtered SET id = -id WHERE id % 17 = 0",
          "UPDATE narrow SET secret = 'other' WHERE id % 5 = 0",
          "UPDATE narrow SET id = -id, b = NULL WHERE id % 17 = 0",
          "UPDATE made SET a = -a WHERE id % 3 = 0",
          "UPDATE whole SET id = -id, a = 9 WHERE id % 100 = 7",
          "INSERT INTO whole VALUES ((SELECT max(id) + 1 FROM whole), 1), (-(SELECT max(id) + 1"
              + " FROM whole), 2)",
          "DELETE FROM whole WHERE id % 19 = 3",
          "INSERT INTO one (at, n) SELECT now() - g * interval '1 min', g / 7.0 FROM"
              + " generate_series(1, 20) g",
          "INSERT INTO other SELECT id FROM one ON CONFLICT DO NOTHING",
          "TRUNCATE one, other RESTART IDENTITY",
          "INSERT INTO one (at, n) SELECT now() - g * interval '1 min', -g / 3.0 FROM"
              + " generate_series(1, 50) g",
          "INSERT INTO other SELECT id FROM one",
          "INSERT INTO filtered SELECT g, g % 7, 'new' FROM generate_series((SELECT max(id) + 1"
              + " FROM filtered), (SELECT max(id) + 50 FROM filtered)) g");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "15, SQLITE, AUTO, true",
    "18, SQLITE, AUTO, true",
    "18, POSTGRES, AUTO, true",
    "15, POSTGRES, BINARY, false",
    "18, SQLITE, BINARY, false",
    "18, POSTGRES, BINARY, true"
  })
  void isWhatTheDestinationHolds(
      int major, Kind kind, Form form, boolean viaRoot, PostgresServers servers) throws Exception {
    boolean generated = major >= GENERATED_SINCE;
    try (Database source = servers.server(major).createDatabase("source");
        Destination destination = kind.create(directory, source.server())) {
      FeedSetup.streamEarly(source);
      source.execute(TABLES);
      source.execute(
          "CREATE PUBLICATION \"%s\" FOR TABLE filtered WHERE (a > 2), narrow (id, b), made, whole, one, other WITH (%s)"
              .formatted(
                  source.name(),
                  "publish_via_partition_root = "
                      + viaRoot
                      + (generated ? ", publish_generated_columns = stored" : "")));
      PipelineSettings settings = FeedSetup.settings(source.name(), List.of()).withLoad(2, 1 << 13);
      settings = settings.with(settings.stream().with(settings.stream().output().with(form)));
      try (RunningFeed feed =
          RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink)) {
        feed.awaitRowsLoaded(1);
        CompletableFuture.runAsync(() -> write(source)).join();
        feed.awaitFollowing();
        write(source);
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(List.of(), feed.retries());
      }
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      assertSame(source, destination, "filtered", "id, a, b", "a > 2");
      assertSame(source, destination, "narrow", "id, b", "true");
      assertSame(source, destination, "made", generated ? "id, a, twice" : "id, a", "true");
      for (String part : viaRoot ? List.of("whole") : List.of("whole_low", "whole_high")) {
        assertSame(source, destination, part, "id, a", "true");
      }
      assertSame(source, destination, "one", "id, at, n", "true");
      assertEquals("50", destination.answer("SELECT count(*) FROM other"));
    }
  }

  /** A list may name a stored generated column whatever the option says; never a virtual one. */
  @ParameterizedTest
  @CsvSource({"SQLITE, none", "SQLITE, stored", "POSTGRES, none", "POSTGRES, stored"})
  void generatedColumnsComeWhereAListOrTheOptionSaysSo(
      Kind kind, String option, PostgresServers servers) throws Exception {
    try (Database source = servers.server(GENERATED_SINCE).createDatabase("source");
        Destination destination = kind.create(directory, source.server())) {
      for (String table : List.of("listed", "unlisted")) {
        source.execute(
            """
            CREATE TABLE %1$s (id int PRIMARY KEY, a int,
              twice int GENERATED ALWAYS AS (a * 2) STORED,
              thrice int GENERATED ALWAYS AS (a * 3) VIRTUAL);
            INSERT INTO %1$s SELECT g, g FROM generate_series(1, 400) g;
            """
                .formatted(table));
      }
      source.execute(
          "CREATE PUBLICATION \"%s\" FOR TABLE listed (id, twice), unlisted WITH (publish_generated_columns = %s)"
              .formatted(source.name(), option));
      PipelineSettings settings = FeedSetup.settings(source.name(), List.of()).withLoad(2, 1 << 13);
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      for (String table : List.of("listed", "unlisted")) {
        source.execute(
            """
            UPDATE %1$s SET a = -a WHERE id %% 3 = 0;
            UPDATE %1$s SET id = -id WHERE id %% 17 = 0;
            DELETE FROM %1$s WHERE id %% 19 = 0;
            INSERT INTO %1$s VALUES (1000, NULL), (1001, 7);
            """
                .formatted(table));
      }
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      String all = option.equals("stored") ? "id, a, twice" : "id, a";
      assertSame(source, destination, "listed", "id, twice", "true");
      assertSame(source, destination, "unlisted", all, "true");
      assertEquals(List.of("id", "twice"), columns(kind, destination, "listed"));
      assertEquals(List.of(all.split(", ")), columns(kind, destination, "unlisted"));
    }
  }

  private static List<String> columns(Kind kind, Destination destination, String table)
      throws Exception {
    String query =
        switch (kind) {
          case SQLITE -> "SELECT group_concat(name, ' ') FROM pragma_table_info('%s')";
          case POSTGRES ->
              "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
                  + " WHERE attrelid = '%s'::regclass AND attnum > 0";
        };
    return List.of(destination.answer(query.formatted(table)).split(" "));
  }

  private static void write(Database source) {
    try {
      for (String write : WRITES) {
        source.execute(write);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertSame(
      Database source, Destination destination, String table, String columns, String condition)
      throws Exception {
    String line =
        "coalesce('' || " + columns.replace(", ", ", '-') || ',' || coalesce('' || ") + ", '-')";
    String all = "SELECT %s(line, ';') FROM (SELECT %s AS line FROM %s WHERE %s ORDER BY id) rows";
    String expected = source.answer(all.formatted("string_agg", line, table, condition));
    String aggregate =
        destination instanceof Destination.SqliteFile ? "group_concat" : "string_agg";
    assertEquals(expected, destination.answer(all.formatted(aggregate, line, table, "true")));
    assertTrue(expected.length() > 1000, table);
  }
}
