package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Sink;
import io.walferry.sinks.sqlite.SqliteSettings;
import io.walferry.sinks.sqlite.SqliteSink;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Holds types, tables and feeds for tests of types that are altered in place. */
final class ReprintedTypes {
  static final String TYPES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "ä", {b}');
      CREATE DOMAIN good AS mood;
      CREATE TYPE pair AS (n int, v mood);
      """;

  static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, v mood, d good, a mood[], c pair, cs pair[]);
      INSERT INTO t VALUES
        (1, 'sad', 'sad', '{sad,NULL,ok}', (1, 'sad'), array[(1, 'sad')::pair, NULL]),
        (2, 'ok', NULL, '{}', NULL, NULL),
        (3, NULL, 'it''s "ä", {b}', NULL, (NULL, NULL), '{}'),
        (4, 'it''s "ä", {b}', 'ok', '{"it''s \\"ä\\", {b}"}', (4, 'it''s "ä", {b}'), NULL);
      CREATE TABLE other (id int PRIMARY KEY, v text);
      INSERT INTO other VALUES (1, 'sad'), (2, NULL);
      """;

  static final int ROWS = 4;

  static final List<String> STEPS =
      List.of(
          "ALTER TYPE mood RENAME VALUE 'sad' TO 'b''lue'",
          "ALTER TYPE mood RENAME VALUE 'it''s \"ä\", {b}' TO 'sad'",
          "ALTER TYPE pair ADD ATTRIBUTE w text",
          "ALTER TYPE pair DROP ATTRIBUTE n",
          "BEGIN; ALTER TYPE mood RENAME VALUE 'ok' TO 'x'; ALTER TYPE mood RENAME VALUE 'sad' TO"
              + " 'ok'; ALTER TYPE mood RENAME VALUE 'x' TO 'sad'; COMMIT");

  /** Table t with the type in its key, and texts that make it several chunks if they are long. */
  static String keyed(int length) {
    return TYPES
        + "CREATE TABLE t (v mood, id int, w text, PRIMARY KEY (v, id)); INSERT INTO t SELECT"
        + " v, i, repeat('w', %d) FROM generate_series(1, 400) i, unnest('{sad,ok}'::mood[]) v"
            .formatted(length);
  }

  private ReprintedTypes() {}

  /** Returns once a look at the types has found the label. */
  static void awaitNoted(SqliteFile destination, String label) {
    Await.until(
        "the ledger knows label " + label,
        Duration.ofSeconds(60),
        () ->
            destination
                .answer("SELECT max(content) FROM walferry_ledger WHERE kind = 'type'")
                .contains(label));
  }

  static void assertHalted(WalferryException failure, String part) {
    assertEquals(ErrorCode.DESTINATION_DDL_HALTED, failure.code(), failure.toString());
    assertTrue(failure.getMessage().contains(part), failure.getMessage());
  }

  static Sink sink(SqliteFile destination, DdlPolicy retyped) {
    return new SqliteSink(destination.file(), SqliteSettings.DEFAULT.withDdl(retyped(retyped)));
  }

  static DdlPolicies retyped(DdlPolicy policy) {
    return new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY, policy);
  }

  static RunningFeed start(Database source, Supplier<Sink> sink) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        sink);
  }

  static void catchUp(Database source, Destination destination) {
    FeedSetup.catchUp(
        FeedSetup.settings(source.name(), List.of("public.*")), source, List.of(destination::sink));
  }

  static void assertEqual(Database source, Destination destination, String step)
      throws SQLException {
    assertEqual(source, destination, step, "t", "other");
  }

  static void assertEqual(Database source, Destination destination, String step, String... tables)
      throws SQLException {
    ComparisonResult result =
        destination.compare(
            source, List.of(tables).stream().map(table -> new TableName("public", table)).toList());
    assertTrue(result.isEqual(), () -> step + ": " + result);
  }
}
