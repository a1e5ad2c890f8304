package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.Lanes;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing is lost and nothing is applied twice, whenever the feed is killed; and whoever reads the
 * destination meanwhile sees a state that the source was in, if it is said to be consistent.
 */
@Postgres
final class KillTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final int KILLS = 4;
  private static final int LOOKS_PER_ROUND = 5;

  /** How many rounds a writer is ahead at most, so that the slowest destination can catch up. */
  private static final int ROUNDS_AHEAD = 30;

  @TempDir Path directory;

  @EachPostgres(quick = 18)
  void contentsAreEqualAfterKills(Database database) throws Exception {
    killAndCompare(database, Kind.SQLITE, database.server(), Seeds.next());
  }

  @Test
  void contentsAreEqualAfterKillsInANewerPostgres(PostgresServers servers) throws Exception {
    killAndCompareInPostgres(servers.server(14), servers.server(18));
  }

  @Tag("full")
  @Test
  void contentsAreEqualAfterKillsInAnOlderPostgres(PostgresServers servers) throws Exception {
    killAndCompareInPostgres(servers.server(18), servers.server(14));
  }

  private void killAndCompareInPostgres(PostgresServer from, PostgresServer to) throws Exception {
    try (Database source = from.createDatabase("source")) {
      killAndCompare(source, Kind.POSTGRES, to, Seeds.next());
    }
  }

  @EachMysql(quick = MysqlFlavor.MYSQL)
  void contentsAreEqualAfterKillsInMysql(Database source, MysqlDatabase database) throws Exception {
    killAndCompare(source, new MysqlCopy(database), Workload.create(Seeds.next()));
  }

  @Test
  void contentsAreEqualAfterKillsInSqlServer(Database source) throws Exception {
    try (Destination copy = SqlServerCopy.create()) {
      killAndCompare(source, copy, Workload.create(Seeds.next()));
    }
  }

  /** Whoever looks sees batches in their order, though they are applied side by side. */
  @Test
  void contentsAreEqualAfterKillsOfLanes(Database source, PostgresServers servers)
      throws Exception {
    Workload workload = Workload.create(Seeds.next());
    try (Destination copy = PostgresDatabase.create(servers.server(18), workload)) {
      killAndCompare(source, new Lanes(copy), workload);
    }
  }

  @EachMysql(quick = MysqlFlavor.MARIADB)
  void contentsAreEqualAfterKillsOfLanesInMysql(Database source, MysqlDatabase database)
      throws Exception {
    killAndCompare(source, new Lanes(new MysqlCopy(database)), Workload.create(Seeds.next()));
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("fullSeeds")
  void contentsAreEqualAfterKillsAtManyMoments(long seed, Database database) throws Exception {
    Kind kind = seed % 2 == 0 ? Kind.SQLITE : Kind.POSTGRES;
    killAndCompare(database, kind, database.server(), seed);
    FullProgress.finished("kill", seed);
  }

  static List<Long> fullSeeds() {
    return FullProgress.openSeeds("kill", 40);
  }

  private void killAndCompare(Database database, Kind kind, PostgresServer server, long seed)
      throws Exception {
    Workload workload = Workload.create(seed);
    try (Destination destination = kind.create(directory, server, workload)) {
      killAndCompare(database, destination, workload);
    }
  }

  private void killAndCompare(Database database, Destination destination, Workload workload)
      throws Exception {
    long seed = workload.seed();
    Random random = new Random(seed);
    FeedSetup.streamEarly(database);
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    Transfers transfers = new Transfers(database, seed);
    transfers.createTables();
    transfers.run(400);
    workload.run(database::connect, 60, 4);
    AtomicBoolean writing = new AtomicBoolean(true);
    try (TransferAudit audit = TransferAudit.of(destination)) {
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int round = 1; writing.get(); round++) {
                  workload.run(database::connect, 10, 4);
                  transfers.run(20);
                  audit.awaitLooks(LOOKS_PER_ROUND);
                  if (round % ROUNDS_AHEAD == 0) {
                    audit.awaitAllTransfers(transfers.done(), writing::get);
                  }
                }
              });
      try {
        killOnce(database, destination, "loaded", random.nextInt(3));
        for (int kill = 0; kill < KILLS; kill++) {
          killOnce(database, destination, "committed", 1 + random.nextInt(20));
        }
        followMeanwhile(database, destination, audit);
      } finally {
        writing.set(false);
        writer.join();
      }
      finish(database, destination);
      audit.requireConsistent(seed);
    }
    List<TableName> tables = new ArrayList<>(workload.tables());
    tables.addAll(Transfers.TABLES);
    assertEquals(
        List.of(), destination.compare(database, tables).tableDifferences(), "seed " + seed);
  }

  /** Kills the feed as soon as it has said the word for the given time (and once more). */
  private void killOnce(Database database, Destination destination, String word, int times) {
    try (ChildJvm child = FeedMain.start(database, destination)) {
      AtomicInteger left = new AtomicInteger(times);
      child.awaitLineOfTalker(
          line -> line.startsWith(word) && left.getAndDecrement() <= 0, PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  /** A feed that goes on becomes consistent, again and again, while others write. */
  private void followMeanwhile(Database database, Destination destination, TransferAudit audit)
      throws InterruptedException {
    try (ChildJvm child = FeedMain.start(database, destination)) {
      child.awaitLineOfTalker(line -> line.startsWith("following"), PATIENCE);
      audit.awaitConsistent(3);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  private void finish(Database database, Destination destination) throws Exception {
    try (ChildJvm child = FeedMain.start(database, destination)) {
      child.awaitLineOfTalker(line -> line.startsWith("following"), PATIENCE);
      Lsn end = FeedSetup.walEnd(database);
      child.awaitLineOfTalker(line -> hasReached(line, end), PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
    FeedSetup.catchUp(database, destination);
  }

  static boolean hasReached(String line, Lsn end) {
    return (line.startsWith("committed ") || line.startsWith("following "))
        && !Lsn.parse(line.substring(line.indexOf(' ') + 1)).isBefore(end);
  }
}
