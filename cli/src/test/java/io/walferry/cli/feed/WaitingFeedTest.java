package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.error.ErrorCode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.postgres.StopMode;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import io.walferry.time.MovableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds a feed up for a while is said, and then the feed returns by itself. */
@Postgres
final class WaitingFeedTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final int CONNECTIONS_MAX = 12;

  @TempDir Path directory;
  private final Workload workload = Workload.create(Seeds.next());

  /** The server has not noticed that the process at the other end is gone. */
  @ParameterizedTest
  @EnumSource
  void aSlotThatADeadPredecessorHoldsIsWaitedFor(Kind kind, Database source) throws Exception {
    prepare(source);
    source.execute("ALTER DATABASE \"%s\" SET wal_sender_timeout = '8s'".formatted(source.name()));
    try (Destination destination = kind.create(directory, source.server(), workload);
        FaultProxy proxy = FaultProxy.before(source.server().port())) {
      try (ChildJvm predecessor =
          ChildJvm.running(FeedMain.class)
              .arguments(through(proxy, source), source.name(), destination.name())
              .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
              .start()) {
        predecessor.awaitLine(line -> line.startsWith("following"), PATIENCE);
        proxy.stall(Direction.TO_SERVER);
        proxy.stall(Direction.TO_CLIENT);
        predecessor.kill();
        predecessor.awaitExit(PATIENCE);
      }
      workload.run(source::connect, 20, 4);
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertTrue(
            feed.retries().stream().allMatch(cause -> cause.code() == ErrorCode.SLOT_ACTIVE),
            feed.retries()::toString);
        assertTrue(
            feed.retries().getFirst().getMessage().contains(" is active for PID "),
            feed.retries()::toString);
      }
      assertEqual(source, destination);
    }
  }

  @Test
  void aHostWhoseNameIsNotKnownForAWhileIsWaitedFor(Database source) throws Exception {
    prepare(source);
    Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost");
    try (Destination destination = Kind.SQLITE.create(directory, source.server(), workload);
        ChildJvm feed =
            ChildJvm.running(FeedMain.class)
                .arguments(
                    source.uri().replace("127.0.0.1", "late.invalid"),
                    source.name(),
                    destination.name())
                .jvmOptions(
                    "-Xmx128m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Djdk.net.hosts.file=" + hosts,
                    "-Dsun.net.inetaddr.negative.ttl=0")
                .start()) {
      feed.awaitLine(
          line -> line.startsWith("retrying") && line.contains("host late.invalid is unknown"),
          PATIENCE);
      Files.writeString(hosts, "127.0.0.1 late.invalid");
      feed.awaitLine(line -> line.startsWith("following"), PATIENCE);
      Lsn end = FeedSetup.walEnd(source);
      feed.awaitLine(line -> KillTest.hasReached(line, end), PATIENCE);
      feed.kill();
      feed.awaitExit(PATIENCE);
      assertEqual(source, destination);
    }
  }

  /** Not even that: a default for sessions holds nothing up. */
  @Test
  void aSourceThatIsReadOnlyByDefaultIsFollowed(Database source) throws Exception {
    source.execute(
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); ALTER DATABASE \"%s\""
                .formatted(source.name())
            + " SET default_transaction_read_only = on");
    Path file = directory.resolve("copy.db");
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.settings(source.name(), List.of("public.t")),
            FeedSetup.connector(source.uri()),
            () -> FeedSetup.sqlite(file))) {
      feed.awaitFollowing();
      assertEquals(List.of(), feed.retries());
    }
  }

  /** There is more than the feed reads ahead, so nothing is heard of the server for long. */
  @Test
  void aDestinationThatTakesItsTimeDoesNotEndTheStream(Database source) throws Exception {
    prepare(source);
    source.execute("CREATE TABLE work.wide (id int PRIMARY KEY, body text)");
    MovableClock clock = MovableClock.running();
    PipelineSettings settings =
        FeedSetup.by(clock, FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES));
    try (PostgresDatabase destination = PostgresDatabase.create(source.server(), workload);
        FaultProxy proxy = FaultProxy.before(source.server().port())) {
      try (RunningFeed feed =
          RunningFeed.start(
              settings,
              FeedSetup.connector(source.uri()),
              () -> Destination.named(through(proxy, destination.database())))) {
        feed.awaitFollowing();
        proxy.stall(Direction.TO_CLIENT);
        workload.run(source::connect, 20, 4);
        for (int i = 0; i < 40; i++) {
          source.execute(
              "INSERT INTO work.wide SELECT g, repeat('x', 1000) FROM generate_series(%d, %d) g"
                  .formatted(1000 * i + 1, 1000 * (i + 1)));
        }
        Sender.awaitFull(source);
        String pid = Sender.pid(source);
        clock.advance(settings.stream().silenceMax().multipliedBy(2));
        Sender.awaitStatus(source);
        Sender.awaitFull(source);
        proxy.heal();
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(pid, Sender.pid(source));
        assertEquals(List.of(), feed.retries());
      }
      assertEquals("40000", destination.answer("SELECT count(*) FROM work.wide"));
      assertEqual(source, destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectionsThatAreTooManyAreWaitedFor(Kind kind, PostgresServers servers) throws Exception {
    try (PostgresServer server =
            PostgresServer.builder()
                .setting("max_connections", Integer.toString(CONNECTIONS_MAX))
                .start();
        Database source = server.createDatabase("crowded");
        Destination destination = kind.create(directory, servers.server(), workload)) {
      prepare(source);
      List<Connection> crowd = crowd(source);
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitRetries(3);
        assertTrue(
            feed.retries().stream()
                .allMatch(cause -> cause.code() == ErrorCode.TOO_MANY_CONNECTIONS),
            feed.retries()::toString);
        for (Connection one : crowd) {
          one.close();
        }
        feed.awaitFollowing();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, destination);
    }
  }

  /** As many as the server takes. */
  private static List<Connection> crowd(Database source) {
    List<Connection> crowd = new ArrayList<>();
    try {
      while (crowd.size() <= CONNECTIONS_MAX) {
        crowd.add(source.connect());
      }
    } catch (SQLException e) {
      assertEquals("53300", e.getSQLState(), e::toString);
      return crowd;
    }
    throw new AssertionError("the server takes more than " + CONNECTIONS_MAX);
  }

  @Test
  void aDestinationThatRestartsIsWaitedFor(Database source) throws Exception {
    prepare(source);
    try (PostgresServer server = PostgresServer.builder().durable(true).start();
        PostgresDatabase destination = PostgresDatabase.create(server, workload)) {
      try (RunningFeed feed = start(source, destination)) {
        feed.awaitFollowing();
        server.stop(StopMode.FAST);
        workload.run(source::connect, 10, 4);
        feed.awaitRetries(1);
        server.start();
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertTrue(
            feed.retries().stream()
                .allMatch(cause -> cause.code() == ErrorCode.DESTINATION_UNREACHABLE),
            feed.retries()::toString);
      }
      assertEqual(source, destination);
    }
  }

  private void prepare(Database source) throws Exception {
    try (Connection connection = source.connect()) {
      workload.createSchema(connection);
    }
    workload.run(source::connect, 20, 4);
  }

  private static RunningFeed start(Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }

  private static String through(FaultProxy proxy, Database database) {
    return database.uri().replace(":" + database.server().port() + "/", ":" + proxy.port() + "/");
  }

  private void assertEqual(Database source, Destination destination) throws Exception {
    assertEquals(
        List.of(),
        destination.compare(source, workload).tableDifferences(),
        "seed " + workload.seed());
  }
}
