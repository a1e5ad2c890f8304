package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.FaultProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop in the middle of what takes long: it does not wait for it, and nothing stays. */
@Postgres
final class NothingLeftTest {
  @TempDir Path directory;

  private final List<Integer> told = new CopyOnWriteArrayList<>();

  private WalferryBuilder feed(String uri, Database database) throws Exception {
    return Feeds.of(uri, database.name())
        .tables("public.t")
        .checkpoint(new FileCheckpointStore(directory.resolve("feed")))
        .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt(0))));
  }

  private static void create(Database database) throws Exception {
    database.execute("create table t (id int primary key); insert into t values (1)");
  }

  @Test
  void withADurableSpool(Database database) throws Exception {
    create(database);
    Path spool = Files.createDirectory(directory.resolve("spool"));
    CountDownLatch reached = new CountDownLatch(1);
    Walferry feed =
        feed(database.uri(), database).stream(
                StreamSettings.DEFAULT
                    .with(Duration.ofMillis(100), Duration.ofSeconds(20))
                    .with(SpoolSettings.in(spool).durably()))
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        it -> {
                          if (it.row().getInt(0) == 500) {
                            reached.countDown();
                          }
                        }))
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t select generate_series(2, 20000)");
    reached.await();
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    Feeds.requireNothingLeft(database);
    assertEquals(20_000, told.stream().distinct().count());
  }

  @Test
  void whileItWaitsForAServerThatIsGone(Database database) throws Exception {
    create(database);
    try (FaultProxy proxy = FaultProxy.before(database.server().port())) {
      Walferry feed =
          feed(Feeds.through(proxy, database), database)
              .retry(
                  new RetryPolicy(
                      Duration.ofMinutes(10), Duration.ofMinutes(10), Duration.ofHours(1)))
              .build();
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      proxy.refuseConnections();
      proxy.reset();
      Feeds.awaitStatus(feed, Status.STARTING);
      assertTrue(feed.stop(Feeds.PATIENCE));
      Feeds.requireNothingLeft(database);
      assertTrue(feed.lastError().isPresent());
      // One that finds no server at all.
      feed.start();
      Feeds.await(() -> feed.progress().retries() == 1, "an attempt has failed", feed);
      assertTrue(feed.stop(Feeds.PATIENCE));
      Feeds.requireNothingLeft(database);
    }
  }

  @EachPostgres
  void whileItsSlotWaitsForAnOpenTransaction(Database database) throws Exception {
    create(database);
    try (Connection open = database.connect()) {
      open.setAutoCommit(false);
      try (Statement statement = open.createStatement()) {
        statement.execute("insert into t values (2)");
      }
      Walferry feed = feed(database.uri(), database).build();
      feed.start();
      Feeds.await(() -> isSlotMade(database), "the slot is being made", feed);
      assertEquals(Status.STARTING, feed.status());
      assertTrue(feed.stop(Feeds.PATIENCE));
      assertEquals(Optional.empty(), feed.lastError());
      // The transaction is still open.
      Feeds.requireNothingLeft(database);
      assertFalse(Feeds.hasSlot(database));
      open.commit();
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      assertTrue(feed.stop(Feeds.PATIENCE));
    }
    assertEquals(List.of(1, 2), told);
  }

  private static boolean isSlotMade(Database database) {
    try {
      return !database
          .answer(
              "select count(*) from pg_stat_activity where query ilike 'create_replication_slot%'"
                  + " and wait_event_type = 'Lock' and datname = current_database()")
          .equals("0");
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void beforeItHasReachedAnything(Database database) throws Exception {
    create(database);
    Walferry feed = feed(database.uri(), database).snapshot(LoadMode.NONE).build();
    for (int round = 0; round < 10; round++) {
      feed.start();
      assertTrue(feed.stop(Feeds.PATIENCE));
      assertEquals(Optional.empty(), feed.lastError());
      Feeds.requireNothingLeft(database);
    }
  }
}
