package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.Tolerant;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rows that a destination refuses are dead letters, once each, and all others arrive, whenever the
 * feed is killed.
 */
@Postgres
final class DeadLetterKillTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final int KEYS = 200;
  private static final TableId ITEM = new TableId("public", "item");

  /** What the destination does not take. */
  private static final String POISON = "-1";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void theRestArrivesAndAReloadMends(Kind kind, Database source) throws Exception {
    killAndCompare(kind, source, 1);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void theRestArrivesAndAReloadMendsAfterManyKills(Kind kind, Database source) throws Exception {
    killAndCompare(kind, source, 6);
  }

  private void killAndCompare(Kind kind, Database source, int kills) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    Random random = new Random(workload.seed());
    FeedSetup.streamEarly(source);
    try (Connection connection = source.connect()) {
      workload.createSchema(connection);
    }
    workload.run(source::connect, 40, 4);
    String columns = "(id int primary key, n int not null, note text%s)";
    source.execute("create table item " + columns.formatted(""));
    write(source, random, 60);
    try (Destination plain = kind.create(directory, source.server(), workload)) {
      plain.execute("create table item " + columns.formatted(", check (n >= 0)"));
      Tolerant destination = new Tolerant(plain);
      killOften(source, destination, workload, random, kills);
      List<TableName> tables = new ArrayList<>(workload.tables());
      assertEquals(List.of(), plain.compare(source, tables).tableDifferences(), seed(workload));
      requireOnlyLetteredRowsDiffer(source, plain, workload);
      source.execute("update item set n = 7 where n < 0");
      try (Connection connection = source.connect()) {
        new ReloadRequest(source.name(), ITEM).send(connection);
      }
      FeedSetup.catchUp(source, destination);
      tables.add(new TableName("public", "item"));
      assertEquals(List.of(), plain.compare(source, tables).tableDifferences(), seed(workload));
      assertEquals("0", plain.answer("select count(*) from " + letters(plain)), seed(workload));
    }
  }

  private static void killOften(
      Database source, Destination destination, Workload workload, Random random, int kills)
      throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    Random moves = new Random(random.nextLong());
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (writing.get()) {
                workload.run(source::connect, 4, 2);
                write(source, moves, 10);
              }
            });
    try {
      kill(source, destination, "loaded", random.nextInt(3));
      for (int kill = 0; kill < kills; kill++) {
        kill(source, destination, "committed", 1 + random.nextInt(12));
      }
    } finally {
      writing.set(false);
      writer.join();
    }
    try (ChildJvm child = FeedMain.start(source, destination)) {
      Lsn end = FeedSetup.walEnd(source);
      child.awaitLineOfTalker(line -> KillTest.hasReached(line, end), PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
    FeedSetup.catchUp(source, destination);
  }

  private static void kill(Database source, Destination destination, String word, int times) {
    try (ChildJvm child = FeedMain.start(source, destination)) {
      AtomicInteger left = new AtomicInteger(times);
      child.awaitLineOfTalker(
          line -> line.startsWith(word) && left.getAndDecrement() <= 0, PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
  }

  /** Whole transactions of a few changes, one of ten of which no destination takes. */
  private static void write(Database source, Random random, int transactions) {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int transaction = 0; transaction < transactions; transaction++) {
        for (int change = random.nextInt(6); change >= 0; change--) {
          statement.executeUpdate(statement(random));
        }
        connection.commit();
      }
    } catch (SQLException e) {
      throw new AssertionError("could not write", e);
    }
  }

  private static String statement(Random random) {
    int id = random.nextInt(KEYS);
    String number = random.nextInt(10) == 0 ? POISON : Integer.toString(random.nextInt(1000));
    return switch (random.nextInt(5)) {
      case 0 -> "delete from item where id = " + id;
      case 1 ->
          "update item set id = %d where id = %d and not exists (select from item where id = %1$d)"
              .formatted(KEYS + random.nextInt(KEYS), id);
      case 2 -> "update item set n = %s where id = %d".formatted(number, id);
      default ->
          "insert into item values (%d, %s, 'it''s %d') on conflict (id) do update set n = %2$s"
              .formatted(id, number, random.nextInt());
    };
  }

  /** A key without a letter is as it is at the source; a letter is there once. */
  private static void requireOnlyLetteredRowsDiffer(
      Database source, Destination destination, Workload workload) throws SQLException {
    String rows = "select '{\"id\":\"' || id || '\"}', id || ' ' || n || ' ' || note from item";
    String letters = letters(destination);
    try (Connection left = source.connect();
        Connection right = destination.connect()) {
      List<String> buried = column(right, "select distinct row_key from " + letters);
      assertTrue(buried.size() > 3, () -> buried + seed(workload));
      List<String> expected = lines(left, rows);
      List<String> found = lines(right, rows);
      List<String> differing = new ArrayList<>(expected);
      differing.removeAll(found);
      found.removeAll(expected);
      differing.addAll(found);
      differing.removeIf(line -> buried.contains(line.substring(0, line.indexOf(' '))));
      assertEquals(List.of(), differing, seed(workload));
      assertEquals(
          List.of(),
          column(
              right,
              "select min(reason) from %s where change_index > 0 group by commit_lsn, xid,"
                      .formatted(letters)
                  + " change_index, row_key having count(*) > 1"),
          seed(workload));
    }
  }

  private static String letters(Destination destination) {
    return destination.positionTable().replace("position", "dead_letter");
  }

  private static List<String> lines(Connection connection, String query) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      while (result.next()) {
        lines.add(result.getString(1) + " " + result.getString(2));
      }
    }
    return lines;
  }

  private static List<String> column(Connection connection, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      while (result.next()) {
        values.add(result.getString(1));
      }
    }
    return values;
  }

  private static String seed(Workload workload) {
    return "seed " + workload.seed();
  }
}
