package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.HaltingSink.Step;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.postgres.StopMode;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that has left its timeline is followed as far as it has what the destination has. */
@Postgres
final class PromotedServerTest {
  @TempDir Path directory;
  private final Workload workload = Workload.create(Seeds.next());

  @ParameterizedTest
  @CsvSource({"SQLITE, 14", "POSTGRES, 14", "POSTGRES, 18"})
  void isFollowedOnWhetherTheFeedRunsOrNot(Kind kind, int major, PostgresServers servers)
      throws Exception {
    try (PostgresServer server = start(major);
        Database source = server.createDatabase("promoted");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      write(source);
      try (RunningFeed feed = feed(source, destination)) {
        feed.awaitFollowing();
        write(source);
        server.stop(StopMode.FAST);
        Promotion.prepareStandby(server.dataDirectory());
        server.start();
        feed.awaitRetries(1);
        Promotion.promote(server);
        write(source);
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("2", destination.answer("SELECT timeline FROM " + destination.positionTable()));
      server.stop(StopMode.FAST);
      Promotion.prepare(server.dataDirectory());
      server.start();
      Promotion.awaitEnd(server);
      write(source);
      try (RunningFeed feed = feed(source, destination)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("3", destination.answer("SELECT timeline FROM " + destination.positionTable()));
      assertEquals(
          List.of(),
          destination.compare(source, workload).tableDifferences(),
          "seed " + workload.seed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedIfItHasLostWhatTheDestinationHas(Kind kind, PostgresServers servers)
      throws Exception {
    try (PostgresServer server = start(14);
        Database source = server.createDatabase("ahead");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
      follow(source, destination);
      server.stop(StopMode.FAST);
      Promotion.copyData(server, directory.resolve("copy"));
      Promotion.copyData(server, directory.resolve("promoted"));
      server.start();
      source.execute("INSERT INTO t VALUES (2)");
      follow(source, destination);
      try (PostgresServer copy = Promotion.start(server, directory.resolve("copy"))) {
        WalferryException failure = refused(on(copy, source), destination);
        assertEquals(ErrorCode.DESTINATION_AHEAD, failure.code(), failure.toString());
        assertTrue(
            failure.getMessage().contains(", but the server's log ends at "), failure::toString);
      }
      try (PostgresServer promoted =
          Promotion.startPromoted(server, directory.resolve("promoted"))) {
        Database lost = on(promoted, source);
        // Its log is longer than the destination's position by then.
        lost.execute("CREATE TABLE filler AS SELECT generate_series(1, 10000)");
        WalferryException failure = refused(lost, destination);
        assertEquals(ErrorCode.DESTINATION_AHEAD, failure.code(), failure.toString());
        assertTrue(
            failure.getMessage().contains(" of timeline 1, but the server was promoted at "),
            failure::toString);
      }
      source.execute("INSERT INTO t VALUES (3)");
      follow(source, destination);
      assertEquals("1,2,3", ids(destination));
    }
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedIfItComesFromAnotherTimeline(Kind kind, PostgresServers servers) throws Exception {
    try (PostgresServer server = start(14);
        Database source = server.createDatabase("lineage");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
      follow(source, destination);
      server.stop(StopMode.FAST);
      Promotion.copyData(server, directory.resolve("third"));
      Promotion.copyData(server, directory.resolve("second"));
      try (PostgresServer second = Promotion.startPromoted(server, directory.resolve("second"))) {
        on(second, source).execute("INSERT INTO t VALUES (2)");
        follow(on(second, source), destination);
      }
      server.start();
      WalferryException lower = refused(source, destination);
      assertEquals(ErrorCode.SOURCE_CHANGED, lower.code(), lower.toString());
      assertTrue(
          lower.getMessage().contains("followed timeline 2, but the server is on timeline 1"),
          lower::toString);
      Promotion.useUp(directory.resolve("third"), 2);
      try (PostgresServer third = Promotion.startPromoted(server, directory.resolve("third"))) {
        WalferryException beside = refused(on(third, source), destination);
        assertEquals(ErrorCode.SOURCE_CHANGED, beside.code(), beside.toString());
        assertTrue(
            beside.getMessage().contains("followed timeline 2, but the server is on timeline 3"),
            beside::toString);
      }
    }
  }

  /**
   * What the load has read beyond the destination's position is lost with the promotion, and the
   * transaction ids by which the stream would be judged belong to others then.
   */
  @ParameterizedTest
  @EnumSource
  void isReadAgainWhereALoadHasNotCaughtUp(Kind kind, PostgresServers servers) throws Exception {
    try (PostgresServer server = start(14);
        Database source = server.createDatabase("unsettled");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
      HaltedFeed.run(source, destination, Step.PLANNED, 0);
      server.stop(StopMode.FAST);
      Promotion.copyData(server, directory.resolve("promoted"));
      server.start();
      String xid = source.answer("INSERT INTO t VALUES (2) RETURNING pg_current_xact_id()");
      HaltedFeed.run(source, destination, Step.CHUNKS, 1);
      assertEquals("1,2", ids(destination));
      try (PostgresServer promoted =
          Promotion.startPromoted(server, directory.resolve("promoted"))) {
        Database lost = on(promoted, source);
        assertEquals(xid, lost.answer("INSERT INTO t VALUES (3) RETURNING pg_current_xact_id()"));
        follow(lost, destination);
        assertEquals("1,3", ids(destination));
      }
    }
  }

  /** From 16 on a standby can be followed itself, and goes on with its streams when promoted. */
  @ParameterizedTest
  @EnumSource
  void maySendWhileItIsPromoted(Kind kind, PostgresServers servers) throws Exception {
    try (PostgresServer server = start(18);
        Database source = server.createDatabase("standby");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
      follow(source, destination);
      source.execute("INSERT INTO t VALUES (2)");
      server.stop(StopMode.FAST);
      Promotion.prepareStandby(server.dataDirectory());
      server.start();
      try (RunningFeed feed = feedOfPublic(source, destination)) {
        feed.awaitFollowing();
        Promotion.promote(server);
        source.execute("INSERT INTO t VALUES (3)");
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEquals("2", destination.answer("SELECT timeline FROM " + destination.positionTable()));
      follow(source, destination);
      assertEquals("1,2,3", ids(destination));
    }
  }

  private static PostgresServer start(int major) {
    // Vacuum would use transaction ids.
    return PostgresServer.builder().major(major).durable(true).setting("autovacuum", "off").start();
  }

  private void write(Database source) {
    workload.run(source::connect, 30, 4);
  }

  private static RunningFeed feed(Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }

  /** Until everything is there. */
  private static void follow(Database source, Destination destination) throws SQLException {
    try (RunningFeed feed = feedOfPublic(source, destination)) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
  }

  private static WalferryException refused(Database source, Destination destination) {
    try (RunningFeed feed = feedOfPublic(source, destination)) {
      return feed.awaitFailure();
    }
  }

  private static RunningFeed feedOfPublic(Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), List.of("public.*")),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }

  private static Database on(PostgresServer server, Database database) {
    return new Database(server, database.name());
  }

  private static String ids(Destination destination) throws SQLException {
    return destination.answer("SELECT string_agg(CAST(id AS text), ',' ORDER BY id) FROM t");
  }
}
