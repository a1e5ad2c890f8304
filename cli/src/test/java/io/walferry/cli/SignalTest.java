package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.ShopWorkload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C and {@code kill}, to a process of its own. */
@Postgres
final class SignalTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final Duration AT_ONCE = Duration.ofSeconds(3);
  private static final String STOPPING = "stopping; once more ends at once";
  private static final String SLOT_EXISTS =
      "exists (select from pg_replication_slots where slot_name = current_database())";

  @TempDir private Path directory;

  @Test
  void eitherSignalEndsTheFeedCleanlyAndItGoesOn(Database database) throws Exception {
    ShopWorkload shop = shop(database, 200);
    Scene scene = scene(database);
    List<Consumer<ChildJvm>> signals = List.of(ChildJvm::interrupt, ChildJvm::terminate);
    for (Consumer<ChildJvm> signal : signals) {
      try (ChildJvm feed = start(scene)) {
        feed.awaitLine(line -> line.contains("following from"), PATIENCE);
        write(database, shop, 50);
        signal.accept(feed);
        assertEquals(0, feed.awaitExit(PATIENCE), feed.lines()::toString);
        assertTrue(feed.lines().contains(STOPPING), feed.lines()::toString);
        assertEquals(
            "ended: everything up to " + position() + " is at the destination",
            feed.lines().getLast());
      }
      write(database, shop, 50);
    }
    catchUp(database, scene);
  }

  @EachPostgres
  void aStopWithinTheFirstLoadKeepsTheSlotAndTheNextStartGoesOn(Database database)
      throws Exception {
    ShopWorkload shop = shop(database, 20_000);
    Scene scene = scene(database).pipeline("bufferBytes: 1MiB");
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        ChildJvm feed = start(scene.url(through(proxy, database)))) {
      proxy.awaitBytes(Direction.TO_CLIENT, 200_000, PATIENCE);
      proxy.stall(Direction.TO_CLIENT);
      feed.terminate();
      feed.awaitLine(STOPPING::equals, PATIENCE);
      proxy.heal();
      assertEquals(0, feed.awaitExit(PATIENCE), feed.lines()::toString);
      assertTrue(
          feed.lines().stream().anyMatch(line -> line.contains("first load, tables: 5")),
          feed.lines()::toString);
      assertEquals("ended before anything was delivered", feed.lines().getLast());
    }
    assertEquals(2, Standing.rows(database, directory).source().size());
    write(database, shop, 50);
    catchUp(database, scene.url(database.uri()));
  }

  @Test
  void aStopWhileTheSlotIsMadeLeavesNoSlotAndTheNextStartMakesIt(Database database)
      throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    scene.file();
    try (Connection open = database.connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("insert into item values (2, 'not yet')");
      try (ChildJvm feed = start(scene)) {
        database.await("there is a slot", SLOT_EXISTS);
        feed.terminate();
        assertEquals(0, feed.awaitExit(PATIENCE), feed.lines()::toString);
        assertEquals("ended before anything was delivered", feed.lines().getLast());
      }
      database.await("there is no slot", "not " + SLOT_EXISTS);
      open.rollback();
    }
    assertOnlyPublicationRemains(database);
    scene.followed();
  }

  /**
   * The next start uses it. It is not dropped, since that can make statements of the application
   * fail that write to its tables at that moment.
   */
  private void assertOnlyPublicationRemains(Database database) throws Exception {
    List<String> source = Standing.rows(database, directory).source();
    assertEquals(1, source.size(), source::toString);
    assertTrue(source.getFirst().startsWith("publication "), source::toString);
  }

  @Test
  void theSecondSignalEndsAtOnce(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().followed();
    try (Connection holder = copy();
        Statement statement = holder.createStatement()) {
      statement.executeUpdate("begin immediate");
      try (ChildJvm feed = start(scene)) {
        // It waits for the destination now, or is about to.
        database.await(
            "the feed follows",
            """
            exists (select from pg_stat_activity where datname = current_database()
              and application_name = 'walferry copy' and backend_type = 'walsender')\
            """);
        feed.interrupt();
        feed.awaitLine(STOPPING::equals, PATIENCE);
        assertTrue(feed.isAlive());
        feed.interrupt();
        assertEquals(130, feed.awaitExit(AT_ONCE), feed.lines()::toString);
      }
    }
    scene.slotWait("1m").followed();
  }

  private Scene scene(Database database) {
    return new Scene(database, directory).source("tables: ['shop.*']");
  }

  private static ShopWorkload shop(Database database, int orders) throws SQLException {
    ShopWorkload shop = ShopWorkload.create(orders);
    try (Connection connection = database.connect()) {
      shop.createSchema(connection);
      shop.seed(connection, orders);
    }
    return shop;
  }

  private static void write(Database database, ShopWorkload shop, int transactions)
      throws SQLException {
    try (Connection connection = database.connect()) {
      for (int i = 0; i < transactions; i++) {
        shop.step(connection);
      }
    }
  }

  private ChildJvm start(Scene scene) {
    return ChildJvm.running(Walferry.class)
        .arguments("run", scene.file().toString())
        .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
        .start();
  }

  /** Runs the feed until it has everything, and compares both sides. */
  private void catchUp(Database database, Scene scene) throws Exception {
    scene.command("run", "--until-lsn", "now");
    try (Connection source = database.connect();
        Connection copy = copy()) {
      ComparisonResult result =
          DatabaseComparison.between(source, copy)
              .mapping(table -> new TableName("main", table.schema() + "." + table.name()))
              .compare();
      assertEquals(List.of(), result.tableDifferences());
      assertTrue(result.rowsCompared() > 100);
    }
  }

  private String position() throws SQLException {
    try (Connection copy = copy();
        Statement statement = copy.createStatement();
        ResultSet rows = statement.executeQuery("select end_lsn from walferry_position")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private Connection copy() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
  }

  private static String through(FaultProxy proxy, Database database) {
    return database.uri().replace(":" + database.server().port() + "/", ":" + proxy.port() + "/");
  }
}
