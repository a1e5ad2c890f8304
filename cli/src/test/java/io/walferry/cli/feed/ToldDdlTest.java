package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.ddl.DdlInstallation;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What rows alone do not show arrives exactly where the source tells it. */
final class ToldDdlTest {
  private static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, a int, b text, c text);
      INSERT INTO t SELECT i, i, 'b ' || i, 'c ' || i FROM generate_series(1, 50) i;
      """;

  /** Each is followed by one row only, which shows too little of it, or nothing. */
  private static final List<String> STEPS =
      List.of(
          "ALTER TABLE t RENAME c TO d; INSERT INTO t VALUES (101, 1, 'x', 'y')",
          "ALTER TABLE t DROP d, ADD e text DEFAULT 'e'; INSERT INTO t VALUES (102, 2, 'x', 'y')",
          "ALTER TABLE t DROP e; ALTER TABLE t ADD e text; INSERT INTO t VALUES (103, 3, 'x', 'y')",
          "ALTER TABLE t DROP e; ALTER TABLE t ADD e text DEFAULT 'f';"
              + " INSERT INTO t VALUES (104, 4, 'x', 'y')",
          "ALTER TABLE t DROP a, ADD f int; ALTER TABLE t RENAME b TO g; UPDATE t SET f = id"
              + " WHERE id < 10",
          "ALTER TABLE t RENAME g TO h; ALTER TABLE t RENAME e TO g; UPDATE t SET f = 0"
              + " WHERE id = 20",
          "ALTER TABLE t ADD n int DEFAULT 1; UPDATE t SET n = 2 WHERE id = 5; ALTER TABLE t DROP"
              + " f; ALTER TABLE t RENAME n TO f; UPDATE t SET f = 3 WHERE id = 6",
          "SAVEPOINT s; ALTER TABLE t RENAME h TO e; RELEASE s; UPDATE t SET e = 'last'"
              + " WHERE id = 21; SAVEPOINT s; ALTER TABLE t DROP e; ROLLBACK TO s;"
              + " UPDATE t SET e = 'still' WHERE id = 22");

  private static final String LINE =
      "SELECT content FROM walferry_ledger WHERE kind = 'table' AND table_name = 't'";

  @TempDir Path directory;

  enum Manner {
    LIVE,
    BACKLOG,
    RESTARTS,
    ONE_TRANSACTION
  }

  @Postgres(14)
  @ParameterizedTest
  @EnumSource
  void followsWhatRowsDoNotShow(Manner manner, Database source) throws Exception {
    follow(Kind.SQLITE, manner, source);
  }

  @Postgres(18)
  @ParameterizedTest
  @EnumSource
  void followsWhatRowsDoNotShowIntoPostgres(Manner manner, Database source) throws Exception {
    follow(Kind.POSTGRES, manner, source);
  }

  private void follow(Kind kind, Manner manner, Database source) throws Exception {
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute(TABLE);
    try (Destination destination = kind.create(directory, source.server())) {
      String name = source.name() + "_" + manner.name().toLowerCase(Locale.ROOT);
      try (RunningFeed feed = start(name, source, destination)) {
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
        switch (manner) {
          case LIVE -> {
            for (String step : STEPS) {
              transact(source, step);
              feed.awaitDurable(FeedSetup.walEnd(source));
              assertEqual(source, destination);
            }
          }
          case ONE_TRANSACTION -> {
            transact(source, String.join("; ", STEPS));
            feed.awaitDurable(FeedSetup.walEnd(source));
          }
          case BACKLOG, RESTARTS -> {}
        }
      }
      if (manner == Manner.BACKLOG || manner == Manner.RESTARTS) {
        for (String step : STEPS) {
          transact(source, step);
          if (manner == Manner.RESTARTS) {
            catchUp(name, source, destination);
            assertEqual(source, destination);
          }
        }
        catchUp(name, source, destination);
      }
      assertEqual(source, destination);
    }
  }

  /** A role that has no right at all can write such a message, and changes nothing by it. */
  @Postgres(18)
  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void aForgedMessageIsPassedOver(Kind kind, Database source) throws Exception {
    try (Connection connection = source.connect()) {
      new DdlInstallation(connection).install(Optional.empty());
    }
    source.execute(TABLE);
    try (Destination destination = kind.create(directory, source.server());
        RunningFeed feed = start(source.name(), source, destination)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
      String known = destination.answer(LINE);
      source.execute(
          """
          select pg_logical_emit_message(true, 'walferry.ddl', concat_ws(chr(9), '1',
            gen_random_uuid(), 'table', 'ALTER TABLE', 't'::regclass::oid, 'public', 't',
            1, 'id', 23, -1, '', 2, 'a', 23, -1, '', 4, 'b', 25, -1, '', 3, 'c', 25, -1, ''));
          update t set a = 7 where id = 1
          """);
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEqual(source, destination);
      assertEquals(known, destination.answer(LINE));
    }
  }

  private static void transact(Database source, String step) throws Exception {
    source.execute("BEGIN; " + step + "; COMMIT");
  }

  private static void catchUp(String name, Database source, Destination destination)
      throws Exception {
    try (RunningFeed feed = start(name, source, destination)) {
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
  }

  private static void assertEqual(Database source, Destination destination) throws Exception {
    assertEquals(
        List.of(),
        destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
  }

  private static RunningFeed start(String name, Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(name, List.of("public.*")),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }
}
