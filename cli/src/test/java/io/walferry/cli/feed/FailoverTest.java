package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.preflight.Finding;
import io.walferry.preflight.Preflight;
import io.walferry.preflight.ReadinessQuestion;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A primary that is lost, and its standby, which has kept the slot. */
@Postgres
final class FailoverTest {
  private static final String STANDBY_SLOTS = "synchronized_standby_slots";

  @TempDir Path directory;
  private final Workload workload = Workload.create(Seeds.next());

  @ParameterizedTest
  @CsvSource({"SQLITE, 17", "POSTGRES, 18"})
  void theFeedGoesOnAtThePromotedStandby(Kind kind, int major, PostgresServers servers)
      throws Exception {
    try (PostgresServer primary = start(major);
        Database source = primary.createDatabase("failover");
        Destination destination = kind.create(directory, servers.server(), workload);
        Standby standby = Standby.of(primary, directory.resolve("standby"))) {
      assertEquals(List.of("not named: " + Standby.SLOT), said(source));
      mend(primary, source);
      assertEquals(List.of(), said(source));
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      workload.run(source::connect, 30, 4);
      Database promoted = standby.database(source);
      try (RunningFeed feed = feed(standby, source, destination)) {
        feed.awaitFollowing();
        standby.awaitSlot(source.name());
        CompletableFuture<Void> writes = CompletableFuture.runAsync(() -> write(source));
        feed.awaitDurable(FeedSetup.walEnd(source));
        primary.kill();
        writes.handle((done, killed) -> killed).get();
        standby.promote();
        workload.run(promoted::connect, 30, 4);
        feed.awaitDurable(FeedSetup.walEnd(promoted));
      }
      assertEquals("2", destination.answer("SELECT timeline FROM " + destination.positionTable()));
      assertEquals(
          List.of(),
          destination.compare(promoted, workload).tableDifferences(),
          "seed " + workload.seed());
    }
  }

  /** Without the setting the server sends what the standby does not have. */
  @ParameterizedTest
  @CsvSource({"SQLITE, 17", "POSTGRES, 18"})
  void aStandbyThatIsBehindTheDestinationIsRefused(Kind kind, int major, PostgresServers servers)
      throws Exception {
    try (PostgresServer primary = start(major);
        Database source = primary.createDatabase("behind");
        Destination destination = kind.create(directory, servers.server());
        Standby standby = Standby.of(primary, directory.resolve("standby"))) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
      try (RunningFeed feed = feed(standby, source, destination)) {
        feed.awaitFollowing();
        standby.awaitSlot(source.name());
        standby.disconnect();
        source.execute("INSERT INTO t VALUES (2)");
        feed.awaitDurable(FeedSetup.walEnd(source));
        primary.kill();
        standby.promote();
        standby.database(source).execute("INSERT INTO t SELECT generate_series(3, 10000)");
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.DESTINATION_AHEAD, failure.code(), failure.toString());
        assertTrue(
            failure.getMessage().contains(", but the server was promoted at "), failure::toString);
      }
      assertEquals("1,2", ids(destination));
    }
  }

  /** As the server says it: with the setting a feed does not run ahead of the standby. */
  @ParameterizedTest
  @CsvSource({"SQLITE, 17", "SQLITE, 18"})
  void theFeedWaitsForTheStandbyThatIsNamed(Kind kind, int major, PostgresServers servers)
      throws Exception {
    try (PostgresServer primary = start(major);
        Database source = primary.createDatabase("waits");
        Destination destination = kind.create(directory, servers.server());
        Standby standby = Standby.of(primary, directory.resolve("standby"))) {
      mend(primary, source);
      source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
      try (RunningFeed feed = feed(standby, source, destination)) {
        feed.awaitFollowing();
        standby.awaitSlot(source.name());
        feed.awaitDurable(FeedSetup.walEnd(source));
        standby.disconnect();
        assertEquals(List.of("not in use: " + Standby.SLOT), said(source));
        source.execute("INSERT INTO t VALUES (2)");
        awaitSenderThatWaits(primary);
        primary.kill();
        standby.promote();
        Database promoted = standby.database(source);
        promoted.execute("INSERT INTO t VALUES (3)");
        feed.awaitDurable(FeedSetup.walEnd(promoted));
      }
      assertEquals("1,3", ids(destination));
    }
  }

  private static void awaitSenderThatWaits(PostgresServer primary) throws SQLException {
    primary
        .maintenanceDatabase()
        .await(
            "a sender waits for the standby",
            """
            EXISTS (SELECT FROM pg_stat_activity
              WHERE wait_event = 'WaitForStandbyConfirmation')\
            """);
  }

  private static PostgresServer start(int major) {
    return PostgresServer.builder().major(major).durable(true).setting("autovacuum", "off").start();
  }

  /** Until the server is gone. */
  private void write(Database source) {
    workload.run(source::connect, 100_000, 2);
  }

  private static RunningFeed feed(Standby standby, Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("*.*")),
        FeedSetup.connector(standby.uri(source)),
        destination::sink);
  }

  /** What {@code check} says about standbys, of a feed whose slot has the database's name. */
  private static List<String> said(Database source) throws SQLException {
    return findings(source).stream().map(Finding::found).toList();
  }

  private static List<Finding> findings(Database source) throws SQLException {
    ReadinessQuestion question =
        new ReadinessQuestion(Optional.empty(), Optional.of(source.name()), List.of());
    try (Connection connection = source.connect()) {
      return new Preflight(connection)
          .check(question).findings().stream()
              .filter(finding -> finding.subject().equals(STANDBY_SLOTS))
              .toList();
    }
  }

  private static void mend(PostgresServer primary, Database source) throws SQLException {
    for (Finding finding : findings(source)) {
      for (String statement : finding.sql().orElseThrow().split("\n", -1)) {
        primary.maintenanceDatabase().execute(statement);
      }
    }
  }

  private static String ids(Destination destination) throws SQLException {
    return destination.answer("SELECT string_agg(CAST(id AS text), ',' ORDER BY id) FROM t");
  }
}
