package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables that are altered again and again, in the middle of transactions too, are equal at the end,
 * whenever the feed is killed.
 */
@Postgres
final class DdlKillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final TableName ITEM = new TableName("public", "item");
  private static final int KILLS = 4;
  private static final int KEYS = 200;
  private static final int COLUMNS_MOST = 8;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void contentsAreEqualAfterKills(Kind kind, Database source) throws Exception {
    try (Destination destination = kind.create(directory, source.server())) {
      killAndCompare(source, destination, Seeds.next(), KILLS);
    }
  }

  @EachMysql
  void contentsAreEqualAfterKillsInMysql(Database source, MysqlDatabase database) throws Exception {
    killAndCompare(source, new MysqlCopy(database), Seeds.next(), KILLS);
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
    source.execute(
        "create table item (id int primary key, n int not null, kind varchar(20), first int,"
            + " note text)");
    Altering altering = new Altering(source, new Random(random.nextLong()));
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
        List.of(), destination.compare(source, List.of(ITEM)).tableDifferences(), "seed " + seed);
    assertTrue(altering.made.get() > kills, () -> altering.made + " alterations, seed " + seed);
  }

  private static void kill(Database source, Destination destination, String word, Random random) {
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

  /** Changes rows, and now and then columns, with a change of a row behind each. For one thread. */
  private static final class Altering {
    private final Database source;
    private final Random random;
    private List<String> columns = new ArrayList<>(List.of("first", "note"));
    private int names;
    private int id = KEYS;
    private final AtomicInteger made = new AtomicInteger();

    Altering(Database source, Random random) {
      this.source = source;
      this.random = random;
    }

    void write(int transactions) {
      try (Connection connection = source.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        for (int transaction = 0; transaction < transactions; transaction++) {
          write(connection, statement);
        }
      } catch (SQLException e) {
        throw new AssertionError("could not write", e);
      }
    }

    private void write(Connection connection, Statement statement) throws SQLException {
      List<String> before = List.copyOf(columns);
      change(statement);
      if (random.nextInt(150) == 0) {
        alter(statement);
        change(statement);
      }
      if (random.nextInt(200) == 0) {
        List<String> kept = List.copyOf(columns);
        Savepoint savepoint = connection.setSavepoint();
        alter(statement);
        connection.rollback(savepoint);
        columns = new ArrayList<>(kept);
      }
      change(statement);
      if (random.nextInt(12) == 0) {
        connection.rollback();
        columns = new ArrayList<>(before);
      } else {
        connection.commit();
      }
    }

    private void alter(Statement statement) throws SQLException {
      statement.execute("alter table item " + alteration());
      made.incrementAndGet();
      id++;
      statement.executeUpdate("insert into item (id, n) values (%d, %d)".formatted(id, id));
      statement.executeUpdate("delete from item where id = " + (id - 5));
    }

    /** What goes away or gets another name is never the last column: nobody could tell which. */
    private String alteration() {
      int column = columns.size() < 2 ? 0 : random.nextInt(columns.size() - 1);
      if (columns.size() < 3 || (columns.size() < COLUMNS_MOST && random.nextInt(3) == 0)) {
        String name = newName();
        columns.add(name);
        return switch (random.nextInt(3)) {
          case 0 -> "add %s int".formatted(name);
          case 1 -> "add %s text default 'it''s ä' not null".formatted(name);
          default -> "add %s int default 7".formatted(name);
        };
      }
      return switch (random.nextInt(3)) {
        case 0 -> "drop " + columns.remove(column);
        case 1 -> {
          String former = columns.get(column);
          columns.set(column, newName());
          yield "rename %s to %s".formatted(former, columns.get(column));
        }
        // One that rewrites the table would have it loaded again, and never in peace.
        default -> "alter kind type varchar(%d)".formatted(names++ + 21);
      };
    }

    private String newName() {
      names++;
      return "c" + names;
    }

    private void change(Statement statement) throws SQLException {
      int row = random.nextInt(KEYS);
      statement.executeUpdate(
          switch (random.nextInt(5)) {
            case 0 -> "delete from item where id = " + row;
            case 1 ->
                "update item set id = %d where id = %d and not exists (select from item where id = %1$d)"
                    .formatted(random.nextInt(KEYS), row);
            case 2 ->
                "update item set %s = %s where id = %d"
                    .formatted(columns.getLast(), columns.getLast(), row);
            default ->
                "insert into item (id, n, kind) values (%d, %d, 'it''s ä') on conflict (id) do update set n = item.n + 1, kind = null"
                    .formatted(row, random.nextInt(1000));
          });
    }
  }
}
