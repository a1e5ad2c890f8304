package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.ChunkSteps.Step;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes between the reads of chunks, each a counter-example to a simpler rule. Rows are read in
 * the order of their keys: those around 10 before the middle, those around 400 after it.
 */
@Postgres
final class ChunkedLoadTest {
  /** Each row has 3 kB out of line, which the stream leaves out where they do not change. */
  static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, n int, big text);
      ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
      INSERT INTO t SELECT g * 10, g, repeat(md5(g::text), 90) FROM generate_series(1, 40) g;
      """;

  private static final String ALL = "UPDATE t SET n = n + 100";
  private static final List<TableName> COMPARED = List.of(new TableName("public", "t"));

  @TempDir Path directory;

  /** What happens before anything is read, in the middle, later on, and after everything. */
  record Case(String name, String first, String middle, String later, String last) {
    /** Something that happens in the middle only. */
    static Case middle(String name, String statements) {
      return new Case(name, "", statements, "", "");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Case> CASES =
      List.of(
          Case.middle("every row", ALL),
          new Case("every row, at every moment", ALL, ALL, ALL, ALL),
          new Case(
              "gone and back",
              "DELETE FROM t WHERE id IN (10, 400)",
              "INSERT INTO t SELECT v, 1, 'a' FROM unnest('{10,400}'::int[]) v",
              "DELETE FROM t WHERE id IN (10, 400)",
              "INSERT INTO t SELECT v, 2, 'b' FROM unnest('{10,400}'::int[]) v"),
          // Moves: who of the old and the new key was read before, who after.
          Case.middle("move that counts for both", "UPDATE t SET id = 11 WHERE id = 10"),
          Case.middle("move that counts for none", "UPDATE t SET id = 401 WHERE id = 400"),
          Case.middle("move that counts for the old key", "UPDATE t SET id = 401 WHERE id = 10"),
          Case.middle("move that counts for the new key", "UPDATE t SET id = 11 WHERE id = 400"),
          Case.middle(
              "move that counts for the new key, nothing left out",
              "UPDATE t SET id = 11, big = 'small' WHERE id = 400"),
          Case.middle(
              "move to the new key, its old key taken again",
              "UPDATE t SET id = 11 WHERE id = 400; INSERT INTO t VALUES (400, 1, 'other')"),
          new Case(
              "move to the new key, its old key taken again before that is read",
              "",
              "UPDATE t SET id = 11 WHERE id = 400",
              "INSERT INTO t VALUES (400, 1, repeat('other', 1000))",
              "UPDATE t SET n = n + 1 WHERE id IN (11, 400)"),
          new Case(
              "fetched row, changed before it is fetched",
              "",
              "UPDATE t SET id = 11 WHERE id = 400",
              "UPDATE t SET n = 7 WHERE id = 11",
              "UPDATE t SET n = n + 7 WHERE id = 11"),
          new Case(
              "fetched row that is gone",
              "",
              "UPDATE t SET id = 11 WHERE id = 400",
              "UPDATE t SET n = 7 WHERE id = 11",
              "DELETE FROM t WHERE id = 11"),
          new Case(
              "fetched row that is gone and another has come",
              "",
              "UPDATE t SET id = 11 WHERE id = 400",
              "DELETE FROM t WHERE id = 11",
              "INSERT INTO t VALUES (11, 3, 'another')"),
          new Case(
              "fetched row that moves on",
              "",
              "UPDATE t SET id = 11 WHERE id = 400",
              "UPDATE t SET id = 12 WHERE id = 11",
              "UPDATE t SET id = 402 WHERE id = 12"),
          Case.middle(
              "swap through a third key",
              """
              BEGIN;
              UPDATE t SET id = -1 WHERE id = 10;
              UPDATE t SET id = 10 WHERE id = 400;
              UPDATE t SET id = 400 WHERE id = -1;
              COMMIT;
              """),
          new Case(
              "swap there and back",
              "",
              """
              BEGIN;
              UPDATE t SET id = 1000 WHERE id = 10;
              UPDATE t SET id = 10 WHERE id = 400;
              UPDATE t SET id = 400 WHERE id = 1000;
              COMMIT;
              """,
              "",
              """
              BEGIN;
              UPDATE t SET id = -1 WHERE id = 10;
              UPDATE t SET id = 10 WHERE id = 400;
              UPDATE t SET id = 400 WHERE id = -1;
              COMMIT;
              """),
          new Case("TRUNCATE before everything", "TRUNCATE t", "", "", ""),
          new Case(
              "TRUNCATE that all reads have seen",
              "TRUNCATE t; INSERT INTO t SELECT g, g, 'new' FROM generate_series(1, 40) g",
              "",
              "",
              ""),
          new Case(
              "TRUNCATE that only a fetched row has seen",
              "",
              "UPDATE t SET id = 11 WHERE id = 400",
              "",
              "TRUNCATE t; INSERT INTO t VALUES (11, 1, 'new'), (12, 1, 'new')"),
          new Case(
              "TRUNCATE that some reads have seen",
              "",
              "TRUNCATE t; INSERT INTO t VALUES (10, 1, 'a'), (400, 2, 'b')",
              ALL,
              "INSERT INTO t VALUES (11, 1, 'a'), (401, 2, 'b')"),
          new Case(
              "TRUNCATE after everything", "", "", "", "TRUNCATE t; INSERT INTO t VALUES (1, 1)"),
          new Case("TRUNCATE that some have seen, nothing after it", ALL, "TRUNCATE t", "", ""),
          new Case(
              "TRUNCATE again and again",
              "TRUNCATE t; INSERT INTO t SELECT 10 * g, g, '' FROM generate_series(1, 40) g",
              "TRUNCATE t; INSERT INTO t SELECT 10 * g, g, '' FROM generate_series(1, 40) g",
              "TRUNCATE t; INSERT INTO t SELECT 10 * g, g, '' FROM generate_series(1, 40) g",
              "TRUNCATE t; INSERT INTO t SELECT 10 * g, g, '' FROM generate_series(1, 40) g"),
          new Case(
              "prepared before, committed in the middle",
              "BEGIN; " + ALL + "; PREPARE TRANSACTION '%1$s'",
              "COMMIT PREPARED '%1$s'",
              ALL,
              ""),
          new Case(
              "prepared in the middle, committed after everything",
              "",
              "BEGIN; UPDATE t SET id = id + 1; PREPARE TRANSACTION '%1$s'",
              "",
              "COMMIT PREPARED '%1$s'"),
          new Case(
              "prepared and rolled back",
              "BEGIN; " + ALL + "; PREPARE TRANSACTION '%1$s'",
              "ROLLBACK PREPARED '%1$s'",
              ALL,
              ""),
          Case.middle(
              "savepoints rolled back",
              """
              BEGIN;
              UPDATE t SET n = 1000;
              SAVEPOINT a;
              UPDATE t SET id = id + 1;
              SAVEPOINT b;
              DELETE FROM t;
              ROLLBACK TO b;
              UPDATE t SET n = n + 1;
              ROLLBACK TO a;
              UPDATE t SET id = id + 2;
              SAVEPOINT c;
              UPDATE t SET id = 11 WHERE id = 402;
              RELEASE c;
              COMMIT;
              """),
          Case.middle("rewriting ALTER", "ALTER TABLE t ALTER n TYPE int USING n + 1000"),
          new Case(
              "rewriting ALTER first", "ALTER TABLE t ALTER n TYPE int USING n + 1", "", "", ""),
          Case.middle("VACUUM FULL", "VACUUM FULL t"));

  static Stream<Arguments> cases() {
    return CASES.stream()
        .flatMap(it -> Stream.of(Kind.values()).map(kind -> Arguments.of(it, kind)));
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("cases")
  void endsEqual(Case moments, Kind kind, Database source) throws Exception {
    source.execute(TABLE);
    ChunkSteps steps =
        new ChunkSteps()
            .beforeChunk("t", 0, execute(source, moments.first()))
            .beforeChunk("t", 2, execute(source, moments.middle()))
            .beforeChunk("t", 3, execute(source, moments.later()))
            .afterLoad(execute(source, moments.last()));
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed = start(source, destination, steps)) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
        // Other rows, so that nothing which is wrong is mended.
        source.execute("INSERT INTO t VALUES (9999, 1, 'end')");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      steps.requireAllDone();
      assertEqual(source, destination);
    }
  }

  private static RunningFeed start(Database source, Destination destination, ChunkSteps steps) {
    return RunningFeed.start(
        FeedSetup.oneReader(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        () -> steps.around(destination.sink()));
  }

  private static void assertEqual(Database source, Destination destination) throws Exception {
    ComparisonResult result = destination.compare(source, COMPARED);
    assertEquals(List.of(), result.tableDifferences());
    assertTrue(result.rowsCompared() >= 0);
  }

  /** Statements on a connection of their own, without a transaction unless they begin one. */
  private static Step execute(Database source, String statements) {
    return () -> {
      try (Connection connection = source.connect();
          var statement = connection.createStatement()) {
        for (String sql : statements.formatted(source.name()).split(";", -1)) {
          if (!sql.isBlank()) {
            statement.execute(sql);
          }
        }
      }
    };
  }
}
