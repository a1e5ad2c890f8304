package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.cli.feed.FeedMain.Form;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.SlotLoss;
import io.walferry.sink.Sink;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.SlotKind;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import io.walferry.time.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the durable spool need not be at the source any more, and reaches the destination. */
@Postgres
final class DurableSpoolTest {
  /** An SQLSTATE. */
  private static final String OBJECT_IN_USE = "55006";

  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  @TempDir Path directory;

  private final Workload workload = Workload.create(Seeds.next());
  private Path spool = Path.of("");

  @BeforeEach
  void setUp() {
    spool = directory.resolve("spool");
  }

  /** Also large transactions, rolled back in part, and a process that starts meanwhile. */
  @EachPostgres
  void theSourceForgetsWhatADestinationThatIsAwayHasNot(Database source) throws Exception {
    prepare(source);
    FeedSetup.streamEarly(source);
    try (PostgresDatabase destination = PostgresDatabase.create(source.server(), workload);
        FaultProxy proxy = FaultProxy.before(source.server().port())) {
      Supplier<Sink> away = () -> Destination.named(through(proxy, source, destination));
      try (RunningFeed feed = start(source, away)) {
        feed.awaitFollowing();
        workload.run(source::connect, 10, 4);
        proxy.refuseConnections();
        proxy.closeConnections();
        workload.run(source::connect, 20, 4);
        Sender.awaitConfirmed(source);
      }
      try (RunningFeed feed = start(source, away)) {
        workload.run(source::connect, 20, 4);
        Sender.awaitConfirmed(source);
        assertTrue(feed.retries().stream().allMatch(cause -> isOfTheDestination(cause)));
      }
      proxy.heal();
      try (RunningFeed feed = start(source, away)) {
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, destination);
    }
  }

  private static boolean isOfTheDestination(WalferryException cause) {
    return cause.code() == ErrorCode.DESTINATION_UNREACHABLE;
  }

  /** The source restarts and cuts what it was about to send; who watches the feed is told. */
  @Test
  void aSourceThatCrashesIsWaitedFor() throws Exception {
    try (PostgresServer server = PostgresServer.builder().major(14).durable(true).start();
        Database source = server.createDatabase("source")) {
      prepare(source);
      SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
      try (RunningFeed feed = start(source, destination::sink)) {
        feed.awaitFollowing();
        for (int crash = 0; crash < 3; crash++) {
          workload.run(source::connect, 15, 4);
          feed.awaitReceiving(true);
          server.kill();
          feed.awaitReceiving(false);
          server.start();
          workload.run(source::connect, 5, 4);
          feed.awaitDurable(FeedSetup.walEnd(source));
        }
      }
      assertEqual(source, destination);
    }
  }

  /** A disk that fails for a while. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aSpoolThatCannotBeWrittenIsWaitedFor(Database source) throws Exception {
    prepare(source);
    try (PostgresDatabase destination = PostgresDatabase.create(source.server(), workload);
        ChildJvm child = FeedMain.start(source, destination, Form.durable(spool))) {
      child.awaitLineOfTalker(line -> line.startsWith("following"), PATIENCE);
      child.failFileWrites();
      workload.run(source::connect, 10, 4);
      child.awaitLineOfTalker(
          line -> line.startsWith("receiving again") && line.contains("File too large"), PATIENCE);
      child.allowFileWrites();
      workload.run(source::connect, 10, 4);
      Sender.awaitConfirmed(source);
      child.kill();
      child.awaitExit(PATIENCE);
      catchUp(source, destination);
      assertEqual(source, destination);
    }
  }

  @Test
  void aSpoolThatIsGoneIsNamedAndTheWayOnTaken(Database source) throws Exception {
    prepare(source);
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    fillWhileAway(source, destination);
    try (Stream<Path> files = Files.walk(spool)) {
      files.filter(Files::isRegularFile).forEach(DurableSpoolTest::delete);
    }
    WalferryException refused =
        assertThrows(WalferryException.class, () -> catchUp(source, destination));
    assertEquals(ErrorCode.SPOOL_DAMAGED, refused.code());
    assertTrue(refused.getMessage().contains(spool.toString()), refused.getMessage());
    resnapshot(source, destination);
    assertEqual(source, destination);
  }

  /** The last segment is looked at at the start, others when they are read. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSpoolThatIsDamagedIsNamedAndTheWayOnTaken(boolean last, Database source) throws Exception {
    prepare(source);
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    do {
      fillWhileAway(source, destination);
    } while (segments().size() < 2);
    List<Path> segments = segments();
    Path segment = last ? segments.getLast() : segments.getFirst();
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    WalferryException refused =
        assertThrows(WalferryException.class, () -> catchUp(source, destination));
    assertEquals(ErrorCode.SPOOL_DAMAGED, refused.code());
    assertTrue(refused.getMessage().contains(segment.toString()), refused.getMessage());
    resnapshot(source, destination);
    assertEqual(source, destination);
  }

  @Test
  void withoutItsSpoolAFeedDoesNotGoOn(Database source) throws Exception {
    prepare(source);
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    fillWhileAway(source, destination);
    PipelineSettings settings = FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES);
    WalferryException refused =
        assertThrows(
            WalferryException.class,
            () -> FeedSetup.catchUp(settings, source, List.of(destination::sink)));
    assertEquals(ErrorCode.SLOT_AHEAD, refused.code());
    catchUp(source, destination);
    assertEqual(source, destination);
  }

  /** As when somebody has moved a directory; what the other slot's feed needs of it stays. */
  @Test
  void theSpoolOfAnotherSlotIsRefused(Database source) throws Exception {
    prepare(source);
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    fillWhileAway(source, destination);
    String other = source.name() + "_2";
    Files.move(spool.resolve(source.name()), spool.resolve(other));
    List<Path> segments = segments();
    PipelineSettings settings =
        FeedSetup.durable(FeedSetup.settings(other, WorkloadFeedTest.TABLES), spool);
    Path file = directory.resolve("other.db");
    for (int run = 0; run < 2; run++) {
      WalferryException refused =
          assertThrows(
              WalferryException.class,
              () -> FeedSetup.catchUp(settings, source, List.of(() -> FeedSetup.sqlite(file))));
      assertEquals(ErrorCode.SPOOL_FOREIGN, refused.code(), refused::toString);
      assertTrue(
          refused.getMessage().contains(" holds changes of slot " + source.name() + " of "),
          refused::toString);
      assertEquals(segments, segments());
    }
    Files.move(spool.resolve(other), spool.resolve(source.name()));
    FeedSetup.catchUp(settings, source, List.of(() -> FeedSetup.sqlite(file)));
    assertEqual(source, new SqliteFile(file));
    catchUp(source, destination);
    assertEqual(source, destination);
  }

  /** While the feed runs; without the spool a new attempt finds it out. */
  @Test
  void aSlotThatIsLostMeanwhileIsMadeAgainIfThatIsWanted(Database source) throws Exception {
    prepare(source);
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    try (RunningFeed feed =
        RunningFeed.start(
            resnapshotting(source), FeedSetup.connector(source.uri()), destination::sink)) {
      feed.awaitFollowing();
      workload.run(source::connect, 5, 4);
      dropUnderItsFeed(source);
      workload.run(source::connect, 5, 4);
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    assertEqual(source, destination);
  }

  /** The feed connects again between any two statements, so it is tried until it works. */
  private static void dropUnderItsFeed(Database source) {
    Await.until(
        "the slot could be dropped",
        Duration.ofMinutes(1),
        () -> {
          try {
            source.execute(
                """
                SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                  WHERE slot_name = current_database();
                SELECT pg_drop_replication_slot(current_database())\
                """);
            return "dropped";
          } catch (SQLException e) {
            if (!OBJECT_IN_USE.equals(e.getSQLState())) {
              throw e;
            }
            return String.valueOf(e.getMessage());
          }
        },
        "dropped"::equals);
  }

  @Test
  void aTransactionThatIsLargerThanTheSpoolIsNamed(Database source) throws Exception {
    prepare(source);
    source.execute("CREATE TABLE work.oversized (id int PRIMARY KEY, body text)");
    SqliteFile destination = new SqliteFile(directory.resolve("copy.db"));
    catchUp(source, destination);
    PipelineSettings small = settings(source);
    small = small.with(small.stream().with(new SpoolSettings(spool, 0, 1 << 20).durably()));
    PipelineSettings tooSmall = small;
    workload.run(source::connect, 2, 4);
    source.execute(
        "INSERT INTO work.oversized SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) n");
    WalferryException refused =
        assertThrows(
            WalferryException.class,
            () -> FeedSetup.catchUp(tooSmall, source, List.of(destination::sink)));
    assertEquals(ErrorCode.SPOOL_TOO_SMALL, refused.code());
    catchUp(source, destination);
    assertEquals(
        "5000",
        destination.answer("SELECT count(*) FROM \"work.oversized\" WHERE length(body) = 1000"));
    assertEqual(source, destination);
  }

  /** A place that was merely reached is saved when nothing else comes, though the spool is full. */
  @Test
  void aTransactionOfNoInterestHoldsUpNoLargerOne(Database source) throws Exception {
    source.execute(
        """
        CREATE TABLE oversized (id int PRIMARY KEY, body text);
        CREATE TABLE other (id int PRIMARY KEY);
        """);
    MovableClock clock = MovableClock.running();
    PipelineSettings settings =
        FeedSetup.by(clock, FeedSetup.settings(source.name(), List.of("public.oversized")));
    settings =
        settings.with(
            settings.stream()
                .with(Duration.ofHours(1), Duration.ofDays(1))
                .with(new SpoolSettings(spool, 0, 1 << 20).durably()));
    try (RunningFeed feed =
        RunningFeed.start(
            settings,
            FeedSetup.connector(source.uri()),
            () -> FeedSetup.sqlite(directory.resolve("copy.db")))) {
      feed.awaitFollowing();
      source.execute("INSERT INTO other VALUES (1)");
      source.execute(
          "INSERT INTO oversized SELECT n, repeat('x', 1000) FROM generate_series(1, 40000) n");
      Sender.awaitFull(source);
      clock.advance(Duration.ofHours(2));
      assertEquals(ErrorCode.SPOOL_TOO_SMALL, feed.awaitFailure().code());
    }
  }

  /** The destination has the first rows only; the rest is in the spool. */
  private void fillWhileAway(Database source, SqliteFile destination) throws Exception {
    if (!Files.exists(spool)) {
      catchUp(source, destination);
    }
    Supplier<Sink> away =
        () -> {
          throw new WalferryException(ErrorCode.DESTINATION_UNREACHABLE, "it is away");
        };
    try (RunningFeed feed = start(source, away)) {
      workload.run(source::connect, 20, 4);
      Sender.awaitConfirmed(source);
      assertFalse(feed.retries().isEmpty());
    }
  }

  private void resnapshot(Database source, Destination destination) {
    FeedSetup.catchUp(resnapshotting(source), source, List.of(destination::sink));
  }

  private PipelineSettings resnapshotting(Database source) {
    PipelineSettings settings = settings(source);
    FeedSettings feed = settings.feed();
    return settings.with(
        new FeedSettings(
            feed.pipeline(),
            feed.slot(),
            feed.publication(),
            feed.tables(),
            true,
            SlotKind.PERSISTENT,
            LoadMode.SNAPSHOT,
            SlotLoss.RESNAPSHOT,
            Optional.empty()));
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.walk(spool)) {
      return files.filter(file -> file.toString().endsWith(".segment")).sorted().toList();
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void prepare(Database source) throws Exception {
    try (Connection connection = source.connect()) {
      workload.createSchema(connection);
    }
    workload.run(source::connect, 40, 4);
  }

  private PipelineSettings settings(Database source) {
    return FeedSetup.durable(FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES), spool);
  }

  private RunningFeed start(Database source, Supplier<Sink> sinks) {
    return RunningFeed.start(settings(source), FeedSetup.connector(source.uri()), sinks);
  }

  private void catchUp(Database source, Destination destination) {
    FeedSetup.catchUp(settings(source), source, List.of(destination::sink));
  }

  private static String through(FaultProxy proxy, Database source, Destination destination) {
    return destination.name().replace(":" + source.server().port() + "/", ":" + proxy.port() + "/");
  }

  private void assertEqual(Database source, Destination destination) throws Exception {
    assertEquals(
        List.of(),
        destination.compare(source, workload).tableDifferences(),
        "seed " + workload.seed());
  }
}
