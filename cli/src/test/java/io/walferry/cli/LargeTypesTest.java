package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Sees that large values of each type arrive, which go other ways than short ones. */
@Postgres
final class LargeTypesTest {
  private static final String TYPES =
      """
      CREATE DOMAIN word AS text;
      CREATE DOMAIN document AS jsonb;
      CREATE TYPE pair AS (a int, b text);
      """;

  private static final String COLUMNS =
      """
      t text, v varchar(2000000), c char(1100000), b bytea, j json, jb jsonb, x xml, i int[],
      ts text[], w word, d document, p pair, ps pair[], vb varbit, pg polygon, ws word[]
      """;

  private static final String NAMES = "t, v, c, b, j, jb, x, i, ts, w, d, p, ps, vb, pg, ws";

  private static final String MD5S =
      "SELECT string_agg(md5(%1$s::text), ' ' ORDER BY id) FROM %1$s";

  @TempDir Path directory;

  @EachPostgres(
      from = 14,
      quick = {18})
  void eachArrivesByLoadAndByChanges(Database database) throws Exception {
    arrive(database, "binary: auto", "");
  }

  @EachPostgres(
      from = 14,
      quick = {18})
  void eachArrivesAsTextInThePlaceOfRows(Database database) throws Exception {
    arrive(database, "binary: false", ", existing: merge");
  }

  private void arrive(Database database, String source, String sink) throws Exception {
    try (Database copy = database.server().createDatabase(database.name() + "_copy")) {
      copy.execute(TYPES);
      String settings = "{type: postgres, url: '%s'%s}".formatted(copy.uri(), sink);
      arrive(database, new Scene(database, directory).source(source).sink(settings), copy);
    }
  }

  /** Compares rows that are found by a key, and rows that are found by all their columns. */
  private static void arrive(Database database, Scene scene, Database copy) throws Exception {
    database.execute(TYPES);
    for (String table : List.of("keyed", "whole")) {
      String key = table.equals("keyed") ? " PRIMARY KEY" : "";
      database.execute("CREATE TABLE " + table + " (id int" + key + ", " + COLUMNS + ")");
      insert(database, table, 1, 3);
    }
    database.execute("ALTER TABLE whole REPLICA IDENTITY FULL");
    scene.caughtUp();
    requireEqual(database, copy);
    for (String table : List.of("keyed", "whole")) {
      insert(database, table, 4, 4);
      database.execute(
          "UPDATE %s SET (%s) = (SELECT %s) WHERE id = 1"
              .formatted(table, NAMES, values("id + 100")));
      database.execute("UPDATE " + table + " SET id = 30, t = 'short' WHERE id = 3");
      database.execute("DELETE FROM " + table + " WHERE id = 2");
    }
    scene.caughtUp();
    requireEqual(database, copy);
  }

  /**
   * Selects values of more than 1 MiB of what has to be escaped somewhere; each number makes
   * others.
   */
  private static String values(String number) {
    return """
    l, l, 'c' || n, convert_to(l, 'UTF8'), to_json(l), to_jsonb(l),
    xmlelement(name e, l), array_fill(n, '{600000}'), ARRAY[l, NULL, 'NULL', '', l], l,
    to_jsonb(l), ROW(n, l)::pair, ARRAY[ROW(n, l)::pair, NULL], repeat('10' || n %% 2, 400000)::varbit,
    polygon(60000, circle(point(n, n), 3)), ARRAY[l]
    FROM (SELECT %1$s, repeat('ü"\\{},''<&>' || E'\\t\\n' || md5((%1$s)::text), 24000)) r (n, l)
    """
        .formatted(number);
  }

  private static void insert(Database database, String table, int from, int to) throws Exception {
    for (int id = from; id <= to; id++) {
      database.execute("INSERT INTO " + table + " SELECT " + id + ", " + values("" + id));
    }
  }

  private static void requireEqual(Database database, Database copy) throws Exception {
    for (String table : List.of("keyed", "whole")) {
      assertEquals(database.answer(MD5S.formatted(table)), copy.answer(MD5S.formatted(table)));
    }
  }
}
