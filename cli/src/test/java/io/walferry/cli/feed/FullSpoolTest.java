package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.sink.Sink;
import io.walferry.spool.SpoolSettings;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.time.MovableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a durable spool is full, the source keeps the rest. */
@Postgres
final class FullSpoolTest {
  private static final long DISK_BYTES = 4 << 20;

  /** Several times what the spool, the queue and the sockets take together. */
  private static final String MUCH =
      """
      DO $$ BEGIN
        FOR i IN 1..2000 LOOP
          INSERT INTO t (v) SELECT repeat('x', 1000) FROM generate_series(1, 20);
          COMMIT;
        END LOOP;
      END $$\
      """;

  @TempDir Path directory;
  private final MovableClock clock = MovableClock.running();

  @Test
  void theSourceKeepsWhatDoesNotFitWhileTheDestinationIsAway(Database source) throws Exception {
    source.execute("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)");
    try (Destination destination = Kind.POSTGRES.create(directory, source.server());
        FaultProxy proxy = FaultProxy.before(source.server().port())) {
      Supplier<Sink> away = () -> Destination.named(through(proxy, source, destination));
      try (RunningFeed feed = start(source, away)) {
        feed.awaitFollowing();
        proxy.refuseConnections();
        proxy.closeConnections();
        source.execute(MUCH);
        Lsn end = FeedSetup.walEnd(source);
        Sender.awaitFull(source);
        requireKept(source, end);
        requireOnlyTheDestinationWasMissed(feed);
      }
      Sender.awaitGone(source);
      try (RunningFeed feed = start(source, away)) {
        Sender.awaitFull(source);
        requireKept(source, FeedSetup.walEnd(source));
        proxy.heal();
        feed.awaitDurable(FeedSetup.walEnd(source));
        Sender.awaitConfirmed(source);
        requireOnlyTheDestinationWasMissed(feed);
      }
      assertEquals(
          List.of(),
          destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
    }
  }

  /** Checks that the source keeps the rest for longer than a silent server is waited for. */
  private void requireKept(Database source, Lsn end) throws Exception {
    String pid = Sender.pid(source);
    clock.advance(Duration.ofMinutes(1));
    Sender.awaitStatus(source);
    Sender.awaitFull(source);
    assertEquals(pid, Sender.pid(source));
    assertTrue(Sender.confirmed(source).isBefore(end));
    assertTrue(spoolBytes() <= DISK_BYTES, () -> "bytes " + spoolBytes());
    assertTrue(spoolBytes() > DISK_BYTES / 2, () -> "bytes " + spoolBytes());
  }

  private static void requireOnlyTheDestinationWasMissed(RunningFeed feed) {
    List<ErrorCode> missed = feed.retries().stream().map(WalferryException::code).toList();
    assertTrue(
        missed.stream().allMatch(code -> code == ErrorCode.DESTINATION_UNREACHABLE),
        missed::toString);
    assertEquals(List.of(), feed.receivedAgain());
  }

  private long spoolBytes() {
    try (Stream<Path> files = Files.walk(directory.resolve("spool"))) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private RunningFeed start(Database source, Supplier<Sink> sinks) {
    PipelineSettings settings =
        FeedSetup.by(clock, FeedSetup.settings(source.name(), List.of("public.*")));
    SpoolSettings spool = new SpoolSettings(directory.resolve("spool"), 0, DISK_BYTES).durably();
    return RunningFeed.start(
        settings.with(settings.stream().with(spool)), FeedSetup.connector(source.uri()), sinks);
  }

  private static String through(FaultProxy proxy, Database source, Destination destination) {
    return destination.name().replace(":" + source.server().port() + "/", ":" + proxy.port() + "/");
  }
}
