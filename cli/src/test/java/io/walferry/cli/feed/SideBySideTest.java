package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.apply.ParallelSink;
import io.walferry.cli.feed.Destination.Lanes;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.PostgresDatabase;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.error.ErrorCode;
import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.sink.LanedSink;
import io.walferry.sink.Sink;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.time.NanoClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Batches side by side, as real servers see them: locks, keys, refusals. */
@Postgres
final class SideBySideTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final int LANES = 4;

  /** What {@code FOR UPDATE NOWAIT} fails with. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  @Test
  void batchIsAppliedBesideOneThatWaitsAndIsSeenBehindIt(Database source) throws Exception {
    source.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"));
        RunningFeed feed = start(source, new Lanes(copy)::sink);
        Connection holder = copy.connect();
        Statement held = holder.createStatement()) {
      feed.awaitFollowing();
      // The sink itself takes the first change of a table.
      source.execute("UPDATE t SET v = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
      holder.setAutoCommit(false);
      held.execute("SELECT v FROM t WHERE id = 1 FOR UPDATE");
      source.execute("UPDATE t SET v = 2 WHERE id = 1");
      source.execute("UPDATE t SET v = 2 WHERE id = 2");
      awaitLocked(copy, 2);
      assertEquals("1,1", copy.answer("SELECT string_agg(v::text, ',') FROM t"));
      holder.commit();
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEqual(source, copy);
      assertEquals(List.of(), feed.retries());
    }
  }

  /** Numbers that are equal are one key to a server, and not to whoever compares their text. */
  @Test
  void keysThatAreSpelledInSeveralWaysKeepTheirOrder(Database source) throws Exception {
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"))) {
      respell(source, copy);
    }
  }

  @EachMysql
  void keysThatAreSpelledInSeveralWaysKeepTheirOrderInMysql(Database source, MysqlDatabase database)
      throws Exception {
    respell(source, new MysqlCopy(database));
  }

  private static void respell(Database source, Destination copy) throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    source.execute("CREATE TABLE t (n numeric PRIMARY KEY, v int)");
    try (RunningFeed feed = start(source, new Lanes(copy)::sink);
        Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      feed.awaitFollowing();
      for (int i = 0; i < 400; i++) {
        String key = random.nextInt(3) + ".0" + "0".repeat(random.nextInt(3));
        statement.execute(
            switch (random.nextInt(3)) {
              case 0 -> "DELETE FROM t WHERE n = " + key;
              case 1 ->
                  "INSERT INTO t VALUES (%s, %d) ON CONFLICT (n) DO NOTHING".formatted(key, i);
              default -> "UPDATE t SET v = %d, n = %s WHERE n = %2$s".formatted(i, key);
            });
      }
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(
          List.of(), copy.compare(source, List.of(TABLE)).tableDifferences(), "seed " + seed);
      assertEquals(List.of(), feed.retries(), "seed " + seed);
    }
  }

  /** A value of another unique column goes from row to row. */
  @Test
  void valuesOfOtherKeysKeepTheirOrder(Database source) throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    List<Integer> values = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
    source.execute("CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE)");
    source.execute("INSERT INTO t SELECT i, i FROM generate_series(0, 5) i");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"))) {
      copy.execute("CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE)");
      try (RunningFeed feed = start(source, new Lanes(copy)::sink)) {
        feed.awaitFollowing();
        for (int i = 0; i < 200; i++) {
          int one = random.nextInt(6);
          int other = random.nextInt(6);
          Collections.swap(values, one, other);
          source.execute("UPDATE t SET u = NULL WHERE id = " + one);
          source.execute("UPDATE t SET u = %d WHERE id = %d".formatted(values.get(other), other));
          source.execute("UPDATE t SET u = %d WHERE id = %d".formatted(values.get(one), one));
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEqual(source, copy);
        assertEquals(List.of(), feed.retries(), "seed " + seed);
      }
    }
  }

  /** It fires under the role of replicas, too. */
  @Test
  void triggerThatFiresAlwaysSeesRowsInTheirOrder(Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY, v int)");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"))) {
      copy.execute("CREATE TABLE t (id int PRIMARY KEY, v int, place int)");
      copy.execute(
          """
          CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN NEW.place := (SELECT count(*) FROM public.t); RETURN NEW; END $$;
          CREATE TRIGGER count_rows BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION count_rows();
          ALTER TABLE t ENABLE ALWAYS TRIGGER count_rows\
          """);
      try (RunningFeed feed = start(source, new Lanes(copy)::sink)) {
        feed.awaitFollowing();
        for (int i = 0; i < 300; i++) {
          source.execute("INSERT INTO t VALUES (%d, 0)".formatted(i));
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals("300", copy.answer("SELECT count(*) FROM t WHERE place = id"));
      }
    }
  }

  @Test
  void rowThatIsRefusedBecomesALetterAndTheOthersArrive(Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY, v int)");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"));
        RunningFeed feed = start(source, () -> tolerant((LanedSink) copy.sink()))) {
      feed.awaitFollowing();
      copy.execute("ALTER TABLE t ADD CHECK (v <> 13)");
      for (int i = 0; i < 100; i++) {
        source.execute("INSERT INTO t VALUES (%d, %d)".formatted(i, i % 20));
      }
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(
          "{\"id\":\"13\"}|{\"id\":\"33\"}|{\"id\":\"53\"}|{\"id\":\"73\"}|{\"id\":\"93\"}",
          copy.answer(
              "SELECT string_agg(row_key, '|' ORDER BY row_key) FROM walferry.dead_letter"));
      assertEquals("95", copy.answer("SELECT count(*) FROM t"));
      assertEquals("0", copy.answer("SELECT count(*) FROM t WHERE v <> id % 20"));
      assertEquals(List.of(), feed.retries());
    }
  }

  /** A session that somebody ends costs its batch another try, and nothing else. */
  @Test
  void laneWhoseSessionIsEndedIsReplaced(Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0)");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"));
        RunningFeed feed = start(source, new Lanes(copy)::sink);
        Connection holder = copy.connect();
        Statement held = holder.createStatement()) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET v = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
      holder.setAutoCommit(false);
      held.execute("SELECT v FROM t WHERE id = 1 FOR UPDATE");
      source.execute("UPDATE t SET v = 2 WHERE id = 1");
      awaitWaiter(copy, "pg_terminate_backend(pid)");
      holder.commit();
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEqual(source, copy);
      assertEquals(List.of(), feed.retries());
    }
  }

  /** Not when a lane has taken it, and not once more when it comes again. */
  @Test
  void changeCountsWhenItIsThere(Database source) throws Exception {
    source.execute(
        "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"));
        RunningFeed feed = start(source, new Lanes(copy)::sink);
        Connection holder = copy.connect();
        Statement held = holder.createStatement()) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET v = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(2, feed.changes());
      holder.setAutoCommit(false);
      held.execute("SELECT v FROM t WHERE id = 1 FOR UPDATE");
      source.execute("UPDATE t SET v = 2 WHERE id = 1");
      source.execute("UPDATE t SET v = 2 WHERE id = 2");
      awaitWaiter(copy, "pid");
      assertEquals(2, feed.changes());
      String holding = answer(held, "SELECT pg_backend_pid()");
      copy.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)"
                  .formatted(holding));
      feed.awaitRetries(1);
      holder.commit();
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEqual(source, copy);
      assertEquals(4, feed.changes());
      assertEquals(3, feed.transactions());
    }
  }

  @Test
  void laneOfAFeedThatWasTakenOverCommitsNothing(Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0)");
    try (PostgresDatabase copy = new PostgresDatabase(source.server().createDatabase("copy"));
        RunningFeed feed = start(source, new Lanes(copy)::sink);
        Connection holder = copy.connect();
        Statement held = holder.createStatement()) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET v = 1");
      feed.awaitDurable(FeedSetup.walEnd(source));
      holder.setAutoCommit(false);
      held.execute("SELECT v FROM t WHERE id = 1 FOR UPDATE");
      source.execute("UPDATE t SET v = 2 WHERE id = 1");
      awaitWaiter(copy, "pid");
      copy.execute("UPDATE walferry.position SET epoch = epoch + 1");
      holder.commit();
      assertEquals(ErrorCode.DESTINATION_FENCED, feed.awaitFailure().code());
      assertEquals("1", copy.answer("SELECT v FROM t"));
    }
  }

  private static String answer(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  /** Returns once somebody waits for a lock, and something was done to its session. */
  private static void awaitWaiter(PostgresDatabase copy, String act) throws SQLException {
    String waiters =
        "SELECT count("
            + act
            + ") FROM pg_stat_activity WHERE datname = current_database()"
            + " AND cardinality(pg_blocking_pids(pid)) > 0";
    Await.until(
        "a session waits for the row",
        Duration.ofSeconds(60),
        () -> copy.answer(waiters),
        count -> !count.equals("0"));
  }

  /** Returns once somebody holds the row. */
  private static void awaitLocked(PostgresDatabase copy, int id) throws SQLException {
    try (Connection connection = copy.connect();
        Statement statement = connection.createStatement()) {
      Await.until("a session holds the row", Duration.ofSeconds(60), () -> isLocked(statement, id));
    }
  }

  private static boolean isLocked(Statement statement, int id) {
    try {
      statement.execute("SELECT v FROM t WHERE id = %d FOR UPDATE NOWAIT".formatted(id));
      return false;
    } catch (SQLException e) {
      assertEquals(LOCK_NOT_AVAILABLE, e.getSQLState());
      return true;
    }
  }

  private static Sink tolerant(LanedSink origin) {
    Sink sink = new DeadLetterSink(origin, RowPolicies.DEAD_LETTERS, RefusedRows.SILENT);
    return new ParallelSink(sink, origin, LANES, NanoClock.system());
  }

  /** Each transaction is a batch. */
  private static RunningFeed start(Database source, Supplier<Sink> sinks) {
    PipelineSettings usual = FeedSetup.settings(source.name(), List.of("public.t"));
    return RunningFeed.start(
        usual.with(new BatchLimits(1, 1 << 20, Duration.ofMillis(5))),
        FeedSetup.connector(source.uri()),
        sinks);
  }

  private static void assertEqual(Database source, Destination copy) throws SQLException {
    assertEquals(List.of(), copy.compare(source, List.of(TABLE)).tableDifferences());
  }
}
