package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything at once: the feed is killed, both servers crash, the network breaks, all in an order
 * and at moments that the seed draws. Five seeds make 50 kills, 20 crashes and 20 faults. {@link
 * KillTest} and {@link FaultTest} are what the normal run has of it.
 */
@Tag("full")
final class TortureTest {
  private static final String SUITE = "torture";
  private static final int SEEDS = 5;
  private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

  @TempDir Path directory;

  private enum Blow {
    KILL(10),
    SOURCE_CRASH(2),
    DESTINATION_CRASH(2),
    CUT(2),
    RESET(2);

    private final int times;

    Blow(int times) {
      this.times = times;
    }
  }

  static List<Long> seeds() {
    return FullProgress.openSeeds(SUITE, SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void endsEqualAndIsConsistentOnTheWay(long seed) throws Exception {
    Kind kind = seed % 2 == 0 ? Kind.SQLITE : Kind.POSTGRES;
    int major = seed % 4 < 2 ? 18 : 14;
    Workload workload = Workload.create(seed);
    try (PostgresServer from = PostgresServer.builder().major(major).durable(true).start();
        PostgresServer to = PostgresServer.builder().major(32 - major).durable(true).start();
        FaultProxy proxy = FaultProxy.before(from.port());
        Destination destination = kind.create(directory, to, workload)) {
      Database source = from.createDatabase("torture");
      Transfers transfers = new Transfers(source, seed);
      FeedSetup.streamEarly(source);
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      transfers.createTables();
      transfers.run(400);
      workload.run(source::connect, 40, 4);
      try (TransferAudit audit = TransferAudit.of(destination)) {
        new Beating(source, to, proxy, destination, new Random(seed))
            .run(workload, transfers, audit);
        FeedSetup.catchUp(source, destination);
        audit.requireConsistent(seed);
      }
      List<TableName> tables = new ArrayList<>(workload.tables());
      tables.addAll(Transfers.TABLES);
      assertEquals(
          List.of(), destination.compare(source, tables).tableDifferences(), "seed " + seed);
    }
    FullProgress.finished(SUITE, seed);
  }

  /** The blows, while the source is written to. */
  private record Beating(
      Database source,
      PostgresServer to,
      FaultProxy proxy,
      Destination destination,
      Random random) {

    void run(Workload workload, Transfers transfers, TransferAudit audit) throws Exception {
      List<Blow> blows = new ArrayList<>();
      for (Blow blow : Blow.values()) {
        blows.addAll(Collections.nCopies(blow.times, blow));
      }
      Collections.shuffle(blows, random);
      AtomicBoolean writing = new AtomicBoolean(true);
      Semaphore turn = new Semaphore(1, true);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> write(writing, turn, workload, transfers));
      ChildJvm feed = start();
      try {
        for (Blow blow : blows) {
          AtomicInteger left = new AtomicInteger(random.nextInt(25));
          int old = feed.lines().size();
          feed.awaitLineOfTalker(line -> left.getAndDecrement() <= -old, SILENCE_MAX);
          feed = strike(blow, feed);
          if (random.nextInt(3) == 0) {
            // Or it would be killed for ever before it is through with its load.
            turn.acquire();
            try {
              audit.awaitConsistent(3);
            } finally {
              turn.release();
            }
          }
        }
        writing.set(false);
        writer.join();
        Lsn end = FeedSetup.walEnd(source);
        feed.awaitLineOfTalker(line -> KillTest.hasReached(line, end), SILENCE_MAX);
      } catch (AssertionError e) {
        List<String> lines = feed.lines();
        e.addSuppressed(
            new AssertionError(
                "the feed's last lines: "
                    + lines.subList(Math.max(0, lines.size() - 20), lines.size())));
        throw e;
      } finally {
        writing.set(false);
        writer.join();
        feed.close();
      }
    }

    private ChildJvm start() {
      String uri =
          source.uri().replace(":" + source.server().port() + "/", ":" + proxy.port() + "/");
      return FeedMain.start(uri, source.name(), destination);
    }

    private ChildJvm strike(Blow blow, ChildJvm feed) {
      switch (blow) {
        case KILL -> {
          feed.close();
          return start();
        }
        case SOURCE_CRASH -> crash(source.server());
        case DESTINATION_CRASH ->
            crash(destination instanceof Destination.SqliteFile ? source.server() : to);
        case CUT -> proxy.cutAfter(Direction.TO_CLIENT, random.nextInt(60_000));
        case RESET -> proxy.reset();
      }
      return feed;
    }

    private static void crash(PostgresServer server) {
      server.kill();
      server.start();
    }

    private void write(
        AtomicBoolean writing, Semaphore turn, Workload workload, Transfers transfers) {
      while (writing.get()) {
        turn.acquireUninterruptibly();
        try {
          workload.run(source::connect, 10, 4);
          transfers.run(20);
        } catch (IllegalStateException e) {
          // The server has crashed; the next round waits for it in its own connections.
          Thread.onSpinWait();
        } finally {
          turn.release();
        }
      }
    }
  }
}
