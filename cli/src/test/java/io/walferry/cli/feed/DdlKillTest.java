package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables that are altered again and again, in the middle of transactions too, are equal at the end,
 * whenever the feed is killed.
 */
@Postgres
final class DdlKillTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(90));
  private static final int KILLS = 3;

  @TempDir Path directory;

  @Test
  void contentsAreEqualAfterKills(Database source) throws Exception {
    killAndCompare(source, Kind.POSTGRES);
  }

  @Tag("full")
  @Test
  void contentsAreEqualAfterKillsInSqlite(Database source) throws Exception {
    killAndCompare(source, Kind.SQLITE);
  }

  private void killAndCompare(Database source, Kind kind) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      killAndCompare(source, destination, Seeds.next(), KILLS);
    }
  }

  @EachMysql(quick = MysqlFlavor.MARIADB)
  void contentsAreEqualAfterKillsInMysql(Database source, MysqlDatabase database) throws Exception {
    killAndCompare(source, new MysqlCopy(database), Seeds.next(), KILLS);
  }

  @Test
  void contentsAreEqualAfterKillsInSqlServer(Database source) throws Exception {
    try (Destination destination = SqlServerCopy.create()) {
      killAndCompare(source, destination, Seeds.next(), KILLS);
    }
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("fullSeeds")
  void contentsAreEqualAfterManyKills(long seed, Database source) throws Exception {
    Kind kind = seed % 2 == 0 ? Kind.SQLITE : Kind.POSTGRES;
    try (Destination destination = kind.create(directory, source.server())) {
      killAndCompare(source, destination, seed, 10);
    }
    FullProgress.finished("ddl-kill", seed);
  }

  static List<Long> fullSeeds() {
    return FullProgress.openSeeds("ddl-kill", 6);
  }

  private static void killAndCompare(Database source, Destination destination, long seed, int kills)
      throws Exception {
    Random random = new Random(seed);
    FeedSetup.streamEarly(source);
    Altering altering = new Altering(source, new Random(random.nextLong()), Altering.Act.ALL);
    altering.createTable();
    kill(source, destination, "following", random);
    AtomicBoolean writing = new AtomicBoolean(true);
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (writing.get()) {
                altering.write(5);
              }
            });
    try {
      for (int kill = 0; kill < kills; kill++) {
        kill(source, destination, "committed", random);
      }
    } finally {
      writing.set(false);
      writer.join();
    }
    try (ChildJvm feed = FeedMain.start(source, destination)) {
      Lsn end = FeedSetup.walEnd(source);
      feed.awaitLineOfTalker(line -> KillTest.hasReached(line, end), PATIENCE);
      feed.kill();
      feed.awaitExit(PATIENCE);
    }
    FeedSetup.catchUp(source, destination);
    assertEquals(
        List.of(),
        destination.compare(source, List.of(Altering.TABLE)).tableDifferences(),
        "seed " + seed);
    assertTrue(altering.made() > kills, () -> altering.made() + " alterations, seed " + seed);
  }

  static void kill(Database source, Destination destination, String word, Random random) {
    try (ChildJvm feed = FeedMain.start(source, destination)) {
      AtomicInteger left = new AtomicInteger(word.equals("following") ? 0 : random.nextInt(12));
      feed.awaitLineOfTalker(
          line -> line.startsWith(word) && left.getAndDecrement() <= 0, PATIENCE);
      // What a feed says comes at one step only, and kills have to meet others.
      LockSupport.parkNanos(random.nextInt(100_000_000));
      feed.kill();
      feed.awaitExit(PATIENCE);
    }
  }
}
