package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.TortureTarget.Engine;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything at once, into every destination that keeps its position itself: rows of all types
 * change, a table is altered, and meanwhile the feed is killed, both servers crash and connections
 * to either are cut, all in an order and at moments that the seed draws. What has no server is
 * struck by a disk that takes no more. {@link KafkaKillTest} has more of Kafka.
 */
@ExtendWith(MysqlExtension.class)
final class TortureTest {
  private static final int SEEDS = 3;
  private static final Duration SILENCE_MAX = Await.patience(Duration.ofSeconds(60));
  private static final Duration EXIT_MAX = Await.patience(Duration.ofSeconds(60));

  @TempDir Path directory;

  private enum Blow {
    KILL(10, 2),
    SOURCE_CRASH(2, 0),
    DESTINATION_CRASH(2, 1),
    SOURCE_CUT(2, 0),
    DESTINATION_CUT(2, 1),
    SOURCE_RESET(1, 0),
    DESTINATION_RESET(1, 0);

    private final int times;
    private final int timesOfFew;

    Blow(int times, int timesOfFew) {
      this.times = times;
      this.timesOfFew = timesOfFew;
    }

    private static List<Blow> draw(boolean many, Random random) {
      List<Blow> blows = new ArrayList<>();
      for (Blow blow : values()) {
        blows.addAll(Collections.nCopies(many ? blow.times : blow.timesOfFew, blow));
      }
      Collections.shuffle(blows, random);
      return blows;
    }
  }

  /** {@link KillTest}, {@link FaultTest} and others have something of it for each other engine. */
  @Test
  void linesEndEqualAfterSomeBlows(MysqlServers servers) throws Exception {
    beatAndCompare(Engine.JSON_LINES, Seeds.next(), false, servers);
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("rounds")
  void endsEqualAfterManyBlows(Engine engine, long seed, MysqlServers servers) throws Exception {
    beatAndCompare(engine, seed, true, servers);
    FullProgress.finished(suite(engine), seed);
  }

  static Stream<Arguments> rounds() {
    return Arrays.stream(Engine.values())
        .flatMap(
            engine ->
                FullProgress.openSeeds(suite(engine), SEEDS).stream()
                    .map(seed -> Arguments.of(engine, seed)));
  }

  private static String suite(Engine engine) {
    return "torture-" + engine.name().toLowerCase(Locale.ROOT);
  }

  private void beatAndCompare(Engine engine, long seed, boolean many, MysqlServers servers)
      throws Exception {
    engine.obstacle(servers).ifPresent(Assumptions::abort);
    Random random = new Random(seed);
    int major = seed % 2 == 0 ? 18 : 14;
    Workload workload = Workload.create(seed);
    try (PostgresServer from = PostgresServer.builder().major(major).durable(true).start();
        FaultProxy proxy = FaultProxy.before(from.port());
        TortureTarget target = TortureTarget.open(engine, directory, 32 - major, workload)) {
      Database source = from.createDatabase("torture");
      FeedSetup.streamEarly(source);
      try (Connection connection = source.connect()) {
        workload.createSchema(connection);
      }
      Writing writing =
          new Writing(
              source,
              workload,
              new Transfers(source, seed),
              new Altering(source, new Random(random.nextLong()), engine.acts()));
      writing.begin(many ? 40 : 15);
      new Beating(source, proxy, target, random).run(Blow.draw(many, random), writing, seed);
      List<TableName> tables = new ArrayList<>(workload.tables());
      tables.addAll(Transfers.TABLES);
      tables.add(Altering.TABLE);
      assertEquals(
          List.of(),
          target.destination().compare(source, tables).tableDifferences(),
          engine + ", seed " + seed);
      if (target.destination() instanceof Destination.LinesFile lines) {
        assertTrue(lines.files().size() > 3, "no file was closed, seed " + seed);
      }
    }
  }

  /** What changes the source: in turns, so that whoever has the turn holds it back. */
  private record Writing(
      Database source,
      Workload workload,
      Transfers transfers,
      Altering altering,
      Semaphore turn,
      AtomicBoolean goesOn) {
    Writing(Database source, Workload workload, Transfers transfers, Altering altering) {
      this(source, workload, transfers, altering, new Semaphore(1, true), new AtomicBoolean(true));
    }

    void begin(int transactions) throws Exception {
      transfers.createTables();
      altering.createTable();
      transfers.run(transactions * 10);
      workload.run(source::connect, transactions, 4);
    }

    void goOn() {
      while (goesOn.get()) {
        turn.acquireUninterruptibly();
        try {
          workload.run(source::connect, 10, 4);
          transfers.run(20);
          altering.write(20);
        } catch (IllegalStateException e) {
          // The server has crashed; the next round waits for it in its own connections.
          LockSupport.parkNanos(10_000_000);
        } finally {
          turn.release();
        }
      }
    }
  }

  /** The blows, while the source is written to. */
  private record Beating(Database source, FaultProxy proxy, TortureTarget target, Random random) {

    void run(List<Blow> blows, Writing writing, long seed) throws Exception {
      Optional<TransferAudit> audit = audit();
      try {
        beat(blows, writing, audit);
        FeedSetup.catchUp(source, target.destination());
        if (audit.isPresent()) {
          audit.get().requireConsistent(seed);
        }
      } finally {
        audit.ifPresent(TransferAudit::close);
      }
    }

    /** A log is read at the end only. */
    private Optional<TransferAudit> audit() {
      return target.destination().hasTables()
          ? Optional.of(TransferAudit.of(target.destination()))
          : Optional.empty();
    }

    private void beat(List<Blow> blows, Writing writing, Optional<TransferAudit> audit)
        throws Exception {
      CompletableFuture<Void> writer = CompletableFuture.runAsync(writing::goOn);
      ChildJvm feed = start();
      try {
        for (Blow blow : blows) {
          awaitSteps(feed, random.nextInt(25));
          // What a feed says comes at one step only, and blows have to meet others.
          LockSupport.parkNanos(random.nextInt(50_000_000));
          feed = strike(blow, feed);
          if (random.nextInt(3) == 0) {
            getThrough(feed, writing, audit);
          }
        }
        writing.goesOn().set(false);
        writer.join();
        Lsn end = FeedSetup.walEnd(source);
        feed.awaitLineOfTalker(line -> KillTest.hasReached(line, end), SILENCE_MAX);
      } catch (AssertionError | RuntimeException e) {
        List<String> lines = feed.lines();
        e.addSuppressed(
            new AssertionError(
                "the feed's last lines: "
                    + lines.subList(Math.max(0, lines.size() - 20), lines.size())));
        throw e;
      } finally {
        writing.goesOn().set(false);
        writer.join();
        feed.close();
      }
    }

    private static void awaitSteps(ChildJvm feed, int steps) {
      long before = feed.lines().stream().filter(Beating::isStep).count();
      AtomicLong left = new AtomicLong(before + steps);
      feed.awaitLineOfTalker(line -> isStep(line) && left.getAndDecrement() <= 0, SILENCE_MAX);
    }

    /** Drivers say things, too. */
    private static boolean isStep(String line) {
      return line.matches("(loaded|following|applying|committed|retrying) .*");
    }

    /** Or it would be killed for ever before it is through with its load. */
    private static void getThrough(ChildJvm feed, Writing writing, Optional<TransferAudit> audit)
        throws InterruptedException {
      writing.turn().acquire();
      try {
        if (audit.isPresent()) {
          audit.get().awaitConsistent(3);
        } else {
          feed.awaitLineOfTalker(line -> line.startsWith("following"), SILENCE_MAX);
        }
      } finally {
        writing.turn().release();
      }
    }

    private ChildJvm start() {
      String uri =
          source.uri().replace(":" + source.server().port() + "/", ":" + proxy.port() + "/");
      return FeedMain.start(uri, source.name(), target.destination());
    }

    private ChildJvm strike(Blow blow, ChildJvm feed) {
      Optional<TortureTarget.Server> server = target.server();
      switch (blow) {
        case KILL -> {
          feed.close();
          return start();
        }
        case SOURCE_CRASH -> {
          source.server().kill();
          source.server().start();
        }
        case DESTINATION_CRASH -> {
          if (server.isEmpty()) {
            return fillDisk(feed);
          }
          server.get().crash().run();
        }
        case SOURCE_CUT -> cut(proxy);
        case DESTINATION_CUT -> server.ifPresent(it -> cut(it.proxy()));
        case SOURCE_RESET -> proxy.reset();
        case DESTINATION_RESET -> server.ifPresent(it -> it.proxy().reset());
      }
      return feed;
    }

    private void cut(FaultProxy before) {
      Direction way = random.nextBoolean() ? Direction.TO_CLIENT : Direction.TO_SERVER;
      before.cutAfter(way, random.nextInt(60_000));
    }

    /** It can write no more, in the middle of whatever it writes, and so it ends. */
    private ChildJvm fillDisk(ChildJvm feed) {
      feed.failFileWrites();
      assertTrue(feed.awaitExit(EXIT_MAX) > 0, "a feed that cannot write must fail");
      feed.close();
      return start();
    }
  }
}
