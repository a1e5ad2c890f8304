package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.publication.PrintedType.Part;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Sees which types print otherwise after {@code ALTER TYPE}, and which statements do that. */
@Postgres
final class PrintedTypeTest {
  private static final String TYPES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'it''s "ä"', E'two\\nlines');
      CREATE TYPE blank AS ENUM ();
      CREATE DOMAIN good AS mood;
      CREATE TYPE "O'dd x" AS (n int, "W w" good);
      CREATE TYPE hole AS ();
      CREATE TYPE span AS RANGE (subtype = mood);
      CREATE DOMAIN odds AS "O'dd x"[];
      CREATE TABLE shelf (id int, m odds);
      CREATE TABLE t (a mood, b good, c mood[], d "O'dd x", e span, f odds, g shelf, h int,
        i blank, j text[], k hole);
      """;

  private static final String ODD = "\"O'dd x\"";

  @EachPostgres(
      from = 10,
      quick = {10, 18})
  void findsWhatTypesOfColumnsAreMadeOf(Database database) throws SQLException {
    database.execute(TYPES);
    assertEquals(
        Map.of(
            "a", Set.of("public.mood"),
            "b", Set.of("public.mood"),
            "c", Set.of("public.mood"),
            "d", Set.of("public." + ODD, "public.mood"),
            "e", Set.of("public.mood"),
            "f", Set.of("public." + ODD, "public.mood"),
            "g", Set.of("public.shelf", "public." + ODD, "public.mood"),
            "i", Set.of("public.blank"),
            "k", Set.of("public.hole")),
        names(database));
  }

  @EachPostgres(
      from = 14,
      quick = {14, 18})
  void looksIntoMultiranges(Database database) throws SQLException {
    database.execute(
        TYPES + "DROP TABLE t; CREATE TABLE t (a span_multirange, b span_multirange[])");
    assertEquals(Map.of("a", Set.of("public.mood"), "b", Set.of("public.mood")), names(database));
  }

  @EachPostgres(
      from = 10,
      quick = {10, 18})
  void tellsWhatHasRowsPrintOtherwise(Database database) throws SQLException {
    database.execute(TYPES);
    PrintedType mood = type(database, "public.mood");
    PrintedType odd = type(database, "public." + ODD);
    for (String quiet :
        List.of(
            "ALTER TYPE mood ADD VALUE 'new' BEFORE 'sad'",
            "ALTER TYPE \"O'dd x\" RENAME ATTRIBUTE n TO m")) {
      database.execute(quiet);
      assertFalse(mood.isReprinted(type(database, "public.mood")), quiet);
      assertFalse(odd.isReprinted(type(database, "public." + ODD)), quiet);
    }
    database.execute(
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'x'; ALTER TYPE mood RENAME VALUE 'it''s \"ä\"' TO"
            + " 'sad'; ALTER TYPE \"O'dd x\" ADD ATTRIBUTE \"a b\" numeric(10,2)");
    PrintedType moodNow = type(database, "public.mood");
    assertTrue(mood.isReprinted(moodNow));
    assertEquals(Set.of(new Part("it's \"ä\"", "")), mood.lost(moodNow));
    assertEquals(Set.of(new Part("x", "")), mood.gained(moodNow));
    assertTrue(odd.isReprinted(type(database, "public." + ODD)));
  }

  /** Makes of another such type what there is now, by running the statements. */
  @EachPostgres(
      from = 10,
      quick = {10, 18})
  void namesStatementsThatRun(Database database) throws SQLException {
    database.execute(TYPES);
    PrintedType mood = type(database, "public.mood");
    PrintedType odd = type(database, "public." + ODD);
    database.execute(
        "ALTER TYPE mood RENAME VALUE E'two\\nlines' TO 'z'; ALTER TYPE mood RENAME VALUE"
            + " 'it''s \"ä\"' TO E'two\\nlines'; ALTER TYPE mood RENAME VALUE 'sad' TO"
            + " 'it''s \"ä\"'; ALTER TYPE \"O'dd x\" DROP ATTRIBUTE n; ALTER TYPE"
            + " \"O'dd x\" ADD ATTRIBUTE n timestamptz(3)");
    PrintedType moodNow = type(database, "public.mood");
    PrintedType oddNow = type(database, "public." + ODD);
    List<String> statements = new ArrayList<>(mood.statementsTo(moodNow));
    statements.addAll(odd.statementsTo(oddNow));
    database.execute("DROP TABLE t, shelf; DROP DOMAIN odds; DROP TYPE \"O'dd x\"");
    database.execute("DROP TYPE span, good, mood CASCADE");
    database.execute(
        TYPES.replace("CREATE TYPE blank AS ENUM ();", "").replace("CREATE TYPE hole AS ();", ""));
    for (String statement : statements) {
      database.execute(statement);
    }
    assertEquals(
        List.copyOf(moodNow.parts().values()),
        List.copyOf(type(database, "public.mood").parts().values()));
    assertEquals(
        List.copyOf(oddNow.parts().values()),
        List.copyOf(type(database, "public." + ODD).parts().values()));
  }

  private static PrintedType type(Database database, String name) throws SQLException {
    return types(database).values().stream()
        .flatMap(List::stream)
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the names by the columns of table t that have such types. */
  private static Map<String, Set<String>> names(Database database) throws SQLException {
    return types(database).entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    entry.getValue().stream().map(PrintedType::name).collect(Collectors.toSet())));
  }

  private static Map<String, List<PrintedType>> types(Database database) throws SQLException {
    Map<String, Integer> columns = new HashMap<>();
    try (Connection connection = database.connect()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET search_path = ''");
      }
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT attname, atttypid::int8 FROM pg_attribute"
                      + " WHERE attrelid = 'public.t'::regclass AND attnum > 0")) {
        while (rows.next()) {
          columns.put(rows.getString(1), (int) rows.getLong(2));
        }
      }
      Set<Integer> oids = new HashSet<>(columns.values());
      oids.removeIf(oid -> !PrintedType.isOfUsers(oid));
      Map<Integer, List<PrintedType>> read = PrintedType.read(connection, oids);
      columns.values().retainAll(read.keySet());
      return columns.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey, entry -> List.copyOf(read.get(entry.getValue()))));
    }
  }
}
