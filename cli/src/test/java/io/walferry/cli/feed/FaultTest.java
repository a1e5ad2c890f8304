package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.postgres.StopMode;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The feed comes back by itself, and the contents are equal in the end. */
@Postgres
final class FaultTest {
  @TempDir Path directory;
  private final Workload workload = Workload.create(Seeds.next());

  @ParameterizedTest
  @EnumSource
  void connectionsThatAreCutAgainAndAgainCostNothing(Kind kind, Database database)
      throws Exception {
    prepare(database);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      try (FaultProxy proxy = FaultProxy.before(database.server().port());
          RunningFeed feed = start(database, destination, proxy)) {
        feed.awaitFollowing();
        for (int cut = 1; cut <= 4; cut++) {
          proxy.cutEveryConnectionAfter(Direction.TO_CLIENT, 20_000L * cut);
          workload.run(database::connect, 20, 4);
          feed.awaitRetries(cut);
          proxy.heal();
          workload.run(database::connect, 5, 4);
        }
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      assertEqual(database, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLoadThatIsCutStartsAnewAndLeavesOneSlot(Kind kind, Database database) throws Exception {
    prepare(database);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      try (FaultProxy proxy = FaultProxy.before(database.server().port())) {
        proxy.cutEveryConnectionAfter(Direction.TO_CLIENT, 30_000);
        try (RunningFeed feed = start(database, destination, proxy)) {
          feed.awaitRetries(2);
          proxy.heal();
          feed.awaitFollowing();
          workload.run(database::connect, 10, 4);
          feed.awaitDurable(FeedSetup.walEnd(database));
        }
      }
      assertEqual(database, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResetConnectionIsTakenUpAgain(Kind kind, Database database) throws Exception {
    prepare(database);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      try (FaultProxy proxy = FaultProxy.before(database.server().port());
          RunningFeed feed = start(database, destination, proxy)) {
        feed.awaitFollowing();
        proxy.reset();
        workload.run(database::connect, 20, 4);
        feed.awaitRetries(1);
        feed.awaitDurable(FeedSetup.walEnd(database));
        assertTrue(feed.retries().stream().allMatch(FaultTest::connectionFailed), feed::toString);
      }
      assertEqual(database, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatFallsSilentIsNoticed(Kind kind, Database database) throws Exception {
    prepare(database);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      try (FaultProxy proxy = FaultProxy.before(database.server().port());
          RunningFeed feed = start(database, destination, proxy)) {
        feed.awaitFollowing();
        proxy.dropServer();
        workload.run(database::connect, 20, 4);
        feed.awaitRetries(1);
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      assertEqual(database, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatFallsSilentInTheFirstLoadIsNoticed(Kind kind, Database database)
      throws Exception {
    prepare(database);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      try (FaultProxy proxy = FaultProxy.before(database.server().port());
          RunningFeed feed = start(database, destination, proxy)) {
        feed.awaitRowsLoaded(1);
        proxy.dropServer();
        feed.awaitRetries(1);
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      assertEqual(database, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatCrashesOrStopsIsWaitedFor(Kind kind, PostgresServers servers) throws Exception {
    try (PostgresServer server = PostgresServer.builder().durable(true).start();
        Destination destination = kind.create(directory, servers.server(), workload)) {
      Database database = server.createDatabase("restart");
      prepare(database);
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(database.name(), WorkloadFeedTest.TABLES),
              FeedSetup.connector(database.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        workload.run(database::connect, 20, 4);
        server.kill();
        feed.awaitRetries(1);
        server.start();
        workload.run(database::connect, 20, 4);
        feed.awaitDurable(FeedSetup.walEnd(database));
        int retries = feed.retries().size();
        // Ends only once the feed has confirmed everything that was sent.
        server.stop(StopMode.FAST);
        feed.awaitRetries(retries + 1);
        server.start();
        workload.run(database::connect, 20, 4);
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      assertEqual(database, destination);
    }
  }

  private void prepare(Database database) throws Exception {
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 40, 4);
  }

  private RunningFeed start(Database database, Destination destination, FaultProxy proxy) {
    PipelineSettings settings = FeedSetup.settings(database.name(), WorkloadFeedTest.TABLES);
    PipelineSettings impatient =
        settings.with(settings.stream().with(Duration.ofMillis(100), Duration.ofSeconds(2)));
    String uri =
        database.uri().replace(":" + database.server().port() + "/", ":" + proxy.port() + "/");
    assertFalse(uri.equals(database.uri()));
    return RunningFeed.start(impatient, FeedSetup.connector(uri), destination::sink);
  }

  private static boolean connectionFailed(WalferryException cause) {
    return cause.code() == ErrorCode.CONNECTION_LOST
        || cause.code() == ErrorCode.CONNECTION_FAILED
        || cause.code() == ErrorCode.SLOT_ACTIVE;
  }

  private void assertEqual(Database database, Destination destination) throws Exception {
    assertEquals(
        List.of(),
        destination.compare(database, workload).tableDifferences(),
        "seed " + workload.seed());
  }
}
