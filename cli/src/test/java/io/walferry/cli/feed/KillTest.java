package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing is lost and nothing is applied twice, whenever the feed is killed. */
@Postgres
final class KillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KILLS = 4;

  @TempDir Path directory;

  @EachPostgres
  void contentsAreEqualAfterKills(Database database) throws Exception {
    killAndCompare(database, Seeds.next());
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("fullSeeds")
  void contentsAreEqualAfterKillsAtManyMoments(long seed, Database database) throws Exception {
    killAndCompare(database, seed);
    FullProgress.finished("kill", seed);
  }

  static List<Long> fullSeeds() {
    return FullProgress.openSeeds("kill", 40);
  }

  private void killAndCompare(Database database, long seed) throws Exception {
    Workload workload = Workload.create(seed);
    Random random = new Random(seed);
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 60, 4);
    AtomicBoolean writing = new AtomicBoolean(true);
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (writing.get()) {
                workload.run(database::connect, 10, 4);
              }
            });
    try {
      killOnce(database, "loaded", random.nextInt(3));
      for (int kill = 0; kill < KILLS; kill++) {
        killOnce(database, "committed", 1 + random.nextInt(20));
      }
    } finally {
      writing.set(false);
      writer.join();
    }
    finish(database);
    assertEquals(
        List.of(),
        FeedSetup.compare(database, file(), workload.tables()).tableDifferences(),
        "seed " + seed);
  }

  /** Kills the feed as soon as it has said the word for the given time (and once more). */
  private void killOnce(Database database, String word, int times) {
    try (ChildJvm child = start(database)) {
      AtomicInteger left = new AtomicInteger(times);
      child.awaitLine(line -> line.startsWith(word) && left.getAndDecrement() <= 0, PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  private void finish(Database database) throws Exception {
    try (ChildJvm child = start(database)) {
      child.awaitLine(line -> line.startsWith("following"), PATIENCE);
      Lsn end = FeedSetup.walEnd(database);
      child.awaitLine(line -> hasReached(line, end), PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  static boolean hasReached(String line, Lsn end) {
    return (line.startsWith("committed ") || line.startsWith("following "))
        && !Lsn.parse(line.substring(line.indexOf(' ') + 1)).isBefore(end);
  }

  private ChildJvm start(Database database) {
    return ChildJvm.running(FeedMain.class)
        .arguments(database.uri(), database.name(), file().toString())
        .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
        .start();
  }

  private Path file() {
    return directory.resolve("copy.db");
  }
}
