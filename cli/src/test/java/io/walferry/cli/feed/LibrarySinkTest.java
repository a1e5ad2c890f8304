package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.library.Status;
import io.walferry.library.Walferry;
import io.walferry.library.WalferryBuilder;
import io.walferry.pipeline.Until;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that embeds a feed into a destination which keeps its position itself. */
@Postgres
final class LibrarySinkTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  @TempDir Path directory;

  @Test
  void aSinkGetsEverythingExactlyOnce(Database database) throws Exception {
    database.execute("create table t (id int primary key); insert into t values (1), (2)");
    Path copy = directory.resolve("copy.db");
    Walferry feed =
        builder(database).sink(() -> FeedSetup.sqlite(copy)).until(Until.Now.NOW).build();
    for (int start = 0; start < 2; start++) {
      feed.start();
      assertTrue(feed.awaitStopped(PATIENCE));
      assertEquals(Optional.empty(), feed.lastError());
      assertEquals(Status.STOPPED, feed.status());
      database.execute(
          "delete from t where id = 1; insert into t values (3) on conflict do nothing");
    }
    try (Connection sqlite = FeedSetup.open(copy);
        Statement statement = sqlite.createStatement();
        ResultSet row = statement.executeQuery("select group_concat(id) from t")) {
      assertTrue(row.next());
      assertEquals("2,3", row.getString(1));
    }
  }

  @Test
  void aStopLeavesNothingBehind(Database database) throws Exception {
    database.execute(
        "create table t (id int primary key);"
            + " insert into t select generate_series(1, 20000); analyze t");
    Path copy = directory.resolve("copy.db");
    Walferry feed = builder(database).load(3, 64 << 10).sink(() -> FeedSetup.sqlite(copy)).build();
    feed.start();
    await(() -> feed.progress().rowsLoaded() > 0);
    assertTrue(feed.stop(PATIENCE));
    requireNothingLeft(database);
    feed.start();
    await(() -> feed.status() == Status.LISTENING);
    assertTrue(feed.stop(PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    requireNothingLeft(database);
    try (Connection sqlite = FeedSetup.open(copy);
        Statement statement = sqlite.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from t")) {
      assertTrue(row.next());
      assertEquals(20_000, row.getInt(1));
    }
  }

  private static WalferryBuilder builder(Database database) {
    return Walferry.builder()
        .source(database.uri())
        .name(database.name())
        .slot(database.name())
        .tables("public.t");
  }

  private static void await(BooleanSupplier reached) {
    Await.until("it is reached", Duration.ofSeconds(60), reached::getAsBoolean);
  }

  private static void requireNothingLeft(Database database) throws Exception {
    assertEquals(
        List.of(),
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> name.startsWith("walferry-"))
            .toList());
    try (Connection connection = database.connect();
        PreparedStatement sessions =
            connection.prepareStatement(
                "select count(*) from pg_stat_activity where datname = current_database()"
                    + " and application_name like 'walferry%'")) {
      // A server process ends a moment after its client.
      await(() -> count(sessions) == 0);
    }
  }

  private static int count(PreparedStatement query) {
    try (ResultSet row = query.executeQuery()) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
