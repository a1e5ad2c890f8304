package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At least once, over kills: nothing is lost, and only what came after the checkpoint repeats. */
@Postgres
final class LibraryKillTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  /** How much is written for each process, so that the last one has not to catch up for long. */
  private static final int STATEMENTS_PER_START = 5_000;

  @TempDir Path directory;
  private final Semaphore statements = new Semaphore(0);

  /** One kill in the load, one while changes are followed. */
  @Test
  @Postgres(14)
  void nothingIsLostOverKills(Database database) throws Exception {
    killAndCompare(database, 1);
  }

  @Tag("full")
  @EachPostgres
  void nothingIsLostOverManyKills(Database database) throws Exception {
    killAndCompare(database, 8);
  }

  private void killAndCompare(Database database, int followingKills) throws Exception {
    Random random = new Random(7);
    database.execute(
        "create table t (id int primary key, v text);"
            + " insert into t select i, repeat('x', 100) from generate_series(1, 20000) i;"
            + " analyze t");
    AtomicBoolean writing = new AtomicBoolean(true);
    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(database, writing));
    List<Kill> kills = new ArrayList<>();
    try {
      // In the load, where the first checkpoints are, and then while changes are followed.
      for (int kill = 0; kill <= followingKills; kill++) {
        kills.add(killAfter(database, kill == 0 ? 1 : 1 + random.nextInt(30)));
      }
    } finally {
      writing.set(false);
      writer.join();
    }
    try (ChildJvm child = start(database)) {
      Lsn end = Feeds.walEnd(database);
      String unused =
          child.awaitLineOfTalker(
              line -> line.startsWith("durable ") && !lsn(line).isBefore(end), PATIENCE);
    }
    assertEquals(
        database.answer("select string_agg(id || ' ' || md5(v), ',' order by id) from t"),
        rowsOfCopy());
    requireOrder(kills);
  }

  /**
   * One kill.
   *
   * @param durable what the process had said before
   * @param told how many changes the program had taken by then
   */
  private record Kill(Lsn durable, long told) {}

  private void write(Database database, AtomicBoolean writing) {
    Random random = new Random(1);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; mayWrite(writing); i++) {
        int id = 1 + random.nextInt(20_000);
        statement.execute(
            switch (i % 3) {
              case 0 -> "delete from t where id = " + id;
              case 1 ->
                  "insert into t values (%d, 'new %d') on conflict (id) do update set v = 'up %d'"
                      .formatted(id, i, i);
              default ->
                  "update t set v = 'u%d' where id between %d and %d".formatted(i, id, id + 5);
            });
      }
    } catch (java.sql.SQLException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until the next process is started, or all is written. */
  private boolean mayWrite(AtomicBoolean writing) throws InterruptedException {
    boolean may = statements.tryAcquire();
    while (!may && writing.get()) {
      may = statements.tryAcquire(50, TimeUnit.MILLISECONDS);
    }
    return writing.get();
  }

  private ChildJvm start(Database database) {
    statements.release(STATEMENTS_PER_START);
    return ChildJvm.running(LibraryMain.class)
        .arguments(
            database.uri(),
            database.name(),
            directory.resolve("checkpoint").toString(),
            directory.resolve("copy.db").toString())
        .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
        .start();
  }

  private static Lsn lsn(String line) {
    return Lsn.parse(line.substring(line.indexOf(' ') + 1));
  }

  private Kill killAfter(Database database, int lines) throws Exception {
    AtomicInteger left = new AtomicInteger(lines);
    try (ChildJvm child = start(database)) {
      String line =
          child.awaitLineOfTalker(
              it -> it.startsWith("durable ") && left.decrementAndGet() <= 0, PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
      return new Kill(lsn(line), told());
    }
  }

  private Connection open() throws Exception {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
  }

  private String rowsOfCopy() throws Exception {
    StringBuilder rows = new StringBuilder();
    var digest = java.security.MessageDigest.getInstance("MD5");
    try (Connection sqlite = open();
        Statement statement = sqlite.createStatement();
        ResultSet row = statement.executeQuery("select id, v from t order by id")) {
      while (row.next()) {
        byte[] hash =
            digest.digest(row.getString(2).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        rows.append(rows.isEmpty() ? "" : ",")
            .append(row.getInt(1))
            .append(' ')
            .append(java.util.HexFormat.of().formatHex(hash));
      }
    }
    return rows.toString();
  }

  private long told() throws Exception {
    try (Connection sqlite = open();
        Statement statement = sqlite.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from told")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Transactions come in order but for a step back at a kill, not behind what was durable. */
  private void requireOrder(List<Kill> kills) throws Exception {
    try (Connection sqlite = open();
        Statement statement = sqlite.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select rowid, lsn from told where snapshot = 0 order by rowid")) {
      Lsn last = Lsn.ZERO;
      int killsBefore = 0;
      while (row.next()) {
        Lsn next = Lsn.parse(row.getString(2));
        int before = 0;
        for (Kill kill : kills) {
          if (row.getLong(1) > kill.told()) {
            before++;
            assertFalse(next.isBefore(kill.durable()), next + " was durable: " + kill);
          }
        }
        assertTrue(before > killsBefore || !next.isBefore(last), last + " comes before " + next);
        killsBefore = before;
        last = next;
      }
      assertTrue(killsBefore == kills.size(), "changes came after every kill");
    }
  }
}
