package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.FeedMain.Form;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.preflight.Preflight;
import io.walferry.preflight.ReadinessQuestion;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A slot that somebody has made with {@code two_phase} sends what is only prepared. */
@Postgres
final class TwoPhaseFeedTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, v text)";

  /** Enough for the server to send them while they are in progress. */
  private static final int ROWS_MANY = 3000;

  private static final int ROWS_FEW = 20;

  @TempDir Path directory;

  /** Where the server's log stood behind each that is prepared now. */
  private final Map<String, Lsn> prepared = new LinkedHashMap<>();

  private int rows;

  @ParameterizedTest
  @CsvSource({"SQLITE, 15, false", "POSTGRES, 15, true", "POSTGRES, 18, false", "SQLITE, 18, true"})
  void whatIsPreparedIsNeitherLostNorDoubledByKills(
      Kind kind, int major, boolean durable, PostgresServers servers) throws Exception {
    try (Database source = servers.server(major).createDatabase("prepared");
        Destination destination = kind.create(directory, servers.server())) {
      make(source, destination);
      Form form = durable ? form().with(directory.resolve("spool")) : form();
      followAndKill(
          source,
          destination,
          form,
          () -> {
            prepare(source, "commits", ROWS_FEW);
            prepare(source, "rolls_back", ROWS_MANY);
            prepare(source, "commits_meanwhile", ROWS_MANY);
            prepare(source, "rolls_back_meanwhile", ROWS_FEW);
          });
      commit(source, "commits_meanwhile");
      rollBack(source, "rolls_back_meanwhile");
      prepare(source, "commits_at_last", ROWS_MANY);
      prepare(source, "rolls_back_at_last", ROWS_FEW);
      followAndKill(
          source,
          destination,
          form,
          () -> {
            commit(source, "commits");
            rollBack(source, "rolls_back");
          });
      followAndKill(source, destination, form, () -> {});
      followAndKill(
          source,
          destination,
          form,
          () -> {
            rollBack(source, "rolls_back_at_last");
            commit(source, "commits_at_last");
          });
      assertEquals(Map.of(), prepared);
    }
  }

  /** On 17 a copy without {@code two_phase}, on 18 the slot itself. */
  @ParameterizedTest
  @ValueSource(ints = {17, 18})
  void theSlotThatCheckProposesGoesOnWhereThisOneWas(int major, PostgresServers servers)
      throws Exception {
    try (Database source = servers.server(major).createDatabase("prepared");
        Destination destination = Kind.SQLITE.create(directory, servers.server())) {
      make(source, destination);
      PipelineSettings settings = form().settings(source.name());
      try (RunningFeed feed =
          RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink)) {
        feed.awaitFollowing();
        prepare(source, "commits", ROWS_MANY);
        prepare(source, "rolls_back", ROWS_FEW);
        insert(source);
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      Sender.awaitGone(source);
      takeAdvice(source);
      commit(source, "commits");
      rollBack(source, "rolls_back");
      insert(source);
      FeedSetup.catchUp(settings, source, List.of(destination::sink));
      assertEqual(source, destination);
      assertEquals(
          "t",
          source.answer(
              "SELECT failover FROM pg_replication_slots WHERE slot_name = current_database()"));
    }
  }

  private static Form form() {
    return Form.USUAL.with(LoadMode.NONE);
  }

  private static void make(Database source, Destination destination) throws SQLException {
    FeedSetup.streamEarly(source);
    source.execute(TABLE);
    destination.execute(TABLE);
    source.execute("CREATE PUBLICATION \"%s\" FOR TABLE t".formatted(source.name()));
    source.execute(
        "SELECT pg_create_logical_replication_slot(current_database()::name, 'pgoutput', false,"
            + " true)");
  }

  /** Something that is done to the source. */
  private interface Step {
    void take() throws Exception;
  }

  private void followAndKill(Database source, Destination destination, Form form, Step meanwhile)
      throws Exception {
    try (ChildJvm child = FeedMain.start(source, destination, form)) {
      child.awaitLineOfTalker(line -> line.startsWith("following"), PATIENCE);
      meanwhile.take();
      insert(source);
      Lsn end = FeedSetup.walEnd(source);
      child.awaitLineOfTalker(line -> KillTest.hasReached(line, end), PATIENCE);
      Sender.awaitStatus(source);
      requireHeldBack(source);
      if (prepared.isEmpty()) {
        Sender.awaitConfirmed(source);
      }
      child.kill();
      child.awaitExit(PATIENCE);
    }
    Sender.awaitGone(source);
    requireHeldBack(source);
    assertEqual(source, destination);
  }

  /** The server sends again what was prepared behind the place that is confirmed. */
  private void requireHeldBack(Database source) throws SQLException {
    Lsn confirmed = Sender.confirmed(source);
    prepared.forEach(
        (name, end) -> assertTrue(confirmed.isBefore(end), name + " at " + end + ": " + confirmed));
  }

  private void prepare(Database source, String name, int count) throws SQLException {
    source.execute(
        """
        BEGIN;
        INSERT INTO t SELECT g, repeat(md5(g::text), 4) FROM generate_series(%1$d, %2$d) g;
        SAVEPOINT s;
        DELETE FROM t WHERE id >= %1$d;
        ROLLBACK TO s;
        UPDATE t SET v = '%3$s' WHERE id = %1$d;
        PREPARE TRANSACTION '%4$s'\
        """
            .formatted(rows + 1, rows + count, name, gid(source, name)));
    rows += count;
    prepared.put(name, Lsn.parse(source.answer("SELECT pg_current_wal_insert_lsn()")));
  }

  private void commit(Database source, String name) throws SQLException {
    source.execute("COMMIT PREPARED '%s'".formatted(gid(source, name)));
    prepared.remove(name);
  }

  private void rollBack(Database source, String name) throws SQLException {
    source.execute("ROLLBACK PREPARED '%s'".formatted(gid(source, name)));
    prepared.remove(name);
  }

  /** All databases of a server share these names. */
  private static String gid(Database source, String name) {
    return source.name() + " " + name;
  }

  private void insert(Database source) throws SQLException {
    source.execute("INSERT INTO t VALUES (%d, 'alone')".formatted(++rows));
  }

  private static void takeAdvice(Database source) throws SQLException {
    ReadinessQuestion question =
        new ReadinessQuestion(Optional.empty(), Optional.of(source.name()), List.of());
    String url =
        source.jdbcUrl() + "&replication=database&preferQueryMode=simple&assumeMinServerVersion=10";
    try (Connection connection = source.connect();
        Connection replication = DriverManager.getConnection(url);
        Statement statement = replication.createStatement()) {
      List<String> advice =
          new Preflight(connection)
              .check(question).findings().stream()
                  .filter(finding -> finding.subject().equals("slot " + source.name()))
                  .flatMap(finding -> finding.sql().stream())
                  .flatMap(String::lines)
                  .toList();
      for (String line : advice) {
        statement.execute(line);
      }
    }
  }

  private static void assertEqual(Database source, Destination destination) throws SQLException {
    assertEquals(
        List.of(),
        destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
  }
}
