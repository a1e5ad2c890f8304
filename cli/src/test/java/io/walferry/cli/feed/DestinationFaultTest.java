package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.error.ErrorCode;
import io.walferry.sink.Sink;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The destination goes away and comes back; the contents are equal in the end. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class DestinationFaultTest {
  private final Workload workload = Workload.create(Seeds.next());

  @Test
  void aDestinationThatCrashesIsWaitedFor(Database source) throws Exception {
    prepare(source);
    try (PostgresServer server = PostgresServer.builder().major(18).durable(true).start();
        PostgresDatabase destination = PostgresDatabase.create(server, workload)) {
      try (RunningFeed feed = start(source, destination::sink)) {
        feed.awaitFollowing();
        for (int crash = 1; crash <= 3; crash++) {
          workload.run(source::connect, 10, 4);
          int retries = feed.retries().size();
          server.kill();
          workload.run(source::connect, 10, 4);
          feed.awaitRetries(retries + 1);
          server.start();
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
        assertTrue(
            feed.retries().stream()
                .allMatch(cause -> cause.code() == ErrorCode.DESTINATION_UNREACHABLE),
            feed.retries()::toString);
      }
      assertEqual(source, destination);
    }
  }

  @Test
  void connectionsThatAreCutCostNothing(Database source) throws Exception {
    prepare(source);
    try (PostgresDatabase destination = PostgresDatabase.create(source.server(), workload);
        FaultProxy proxy = FaultProxy.before(source.server().port())) {
      String uri =
          destination.name().replace(":" + source.server().port() + "/", ":" + proxy.port() + "/");
      try (RunningFeed feed = start(source, () -> Destination.named(uri))) {
        feed.awaitFollowing();
        for (int cut = 1; cut <= 4; cut++) {
          Direction direction = cut % 2 == 0 ? Direction.TO_CLIENT : Direction.TO_SERVER;
          int retries = feed.retries().size();
          proxy.cutEveryConnectionAfter(direction, 3_000L * cut);
          workload.run(source::connect, 20, 4);
          feed.awaitRetries(retries + 1);
          proxy.heal();
          workload.run(source::connect, 5, 4);
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMysqlThatCrashesIsWaitedFor(MysqlFlavor flavor, Database source, MysqlServers servers)
      throws Exception {
    servers.obstacle(flavor).ifPresent(Assumptions::abort);
    prepare(source);
    try (MysqlServer server = MysqlServer.builder(flavor).start();
        MysqlCopy destination = new MysqlCopy(server.createDatabase("crashed"))) {
      try (RunningFeed feed = start(source, destination::sink)) {
        feed.awaitFollowing();
        for (int crash = 1; crash <= 2; crash++) {
          workload.run(source::connect, 10, 4);
          int retries = feed.retries().size();
          server.kill();
          workload.run(source::connect, 10, 4);
          feed.awaitRetries(retries + 1);
          server.start();
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
        assertTrue(
            feed.retries().stream()
                .allMatch(cause -> cause.code() == ErrorCode.DESTINATION_UNREACHABLE),
            feed.retries()::toString);
      }
      assertEqual(source, destination);
    }
  }

  /** In the middle of batches, by the server itself and on the way. */
  @EachMysql
  void connectionsToMysqlThatAreCutCostNothing(Database source, MysqlDatabase database)
      throws Exception {
    prepare(source);
    MysqlCopy destination = new MysqlCopy(database);
    int port = database.server().port();
    try (FaultProxy proxy = FaultProxy.before(port)) {
      String uri = destination.name().replace(":" + port + "/", ":" + proxy.port() + "/");
      try (RunningFeed feed = start(source, () -> Destination.named(uri))) {
        feed.awaitFollowing();
        for (int cut = 1; cut <= 2; cut++) {
          Direction direction = cut % 2 == 0 ? Direction.TO_CLIENT : Direction.TO_SERVER;
          int retries = feed.retries().size();
          proxy.cutEveryConnectionAfter(direction, 3_000L * cut);
          workload.run(source::connect, 20, 4);
          feed.awaitRetries(retries + 1);
          proxy.heal();
          workload.run(source::connect, 5, 4);
          feed.awaitDurable(FeedSetup.walEnd(source));
          retries = feed.retries().size();
          killConnections(database);
          workload.run(source::connect, 5, 4);
          feed.awaitRetries(retries + 1);
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertTrue(
            feed.retries().stream()
                .allMatch(cause -> cause.code() == ErrorCode.DESTINATION_UNREACHABLE),
            feed.retries()::toString);
      }
      assertEqual(source, destination);
    }
  }

  /** All that the database has but our own. */
  private static void killConnections(MysqlDatabase database) throws SQLException {
    try (Connection connection = database.server().connect("");
        Statement list = connection.createStatement();
        Statement kill = connection.createStatement();
        ResultSet ids =
            list.executeQuery(
                "SELECT id FROM information_schema.processlist WHERE db = '"
                    + database.name()
                    + "'")) {
      while (ids.next()) {
        kill.execute("KILL " + ids.getLong(1));
      }
    }
  }

  private void prepare(Database source) throws Exception {
    try (Connection connection = source.connect()) {
      workload.createSchema(connection);
    }
    workload.run(source::connect, 40, 4);
  }

  private static RunningFeed start(Database source, Supplier<Sink> sinks) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES),
        FeedSetup.connector(source.uri()),
        sinks);
  }

  private void assertEqual(Database source, Destination destination) throws Exception {
    assertEquals(
        List.of(),
        destination.compare(source, workload).tableDifferences(),
        "seed " + workload.seed());
  }
}
