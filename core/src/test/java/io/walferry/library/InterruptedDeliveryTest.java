package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.checkpoint.PostgresCheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Deliveries that something gets in the way of. */
@Postgres
final class InterruptedDeliveryTest {
  private static final List<TableName> TABLE = List.of(new TableName("public", "t"));

  private final List<Integer> told = new CopyOnWriteArrayList<>();

  private static void create(Database database, int rows) throws Exception {
    database.execute(
        "create table t (id int primary key, v text);"
            + " insert into t select i, repeat('x', 100) from generate_series(1, %d) i; analyze t"
                .formatted(rows));
  }

  @Test
  void existingRowsAreAcknowledgedByHand(Database database) throws Exception {
    create(database, 5_000);
    MemoryCheckpointStore store = new MemoryCheckpointStore();
    try (ExecutorService workers = Executors.newFixedThreadPool(3);
        Walferry feed =
            Feeds.of(database)
                .tables("public.t")
                .checkpoint(store)
                .outstanding(50, 1 << 20)
                .callbacks(
                    on ->
                        on.insert(
                            "*.*",
                            (insert, ack) ->
                                workers.execute(
                                    () -> {
                                      told.add(insert.row().getInt("id"));
                                      ack.done();
                                    })))
                .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      Feeds.awaitDurable(feed, database);
      assertEquals(0, feed.progress().outstanding());
      assertEquals(5_000, told.size());
      assertTrue(feed.stop(Feeds.PATIENCE));
      feed.start();
      database.execute("insert into t values (0, 'new')");
      Feeds.awaitDurable(feed, database);
      assertEquals(5_001, told.size());
      assertTrue(feed.stop(Feeds.PATIENCE));
    }
  }

  @Test
  void aStopEndsAFeedThatNobodyAcknowledges(Database database) throws Exception {
    create(database, 1_000);
    BlockingQueue<Integer> handed = new LinkedBlockingQueue<>();
    Walferry feed =
        Feeds.of(database)
            .tables("public.t")
            .checkpoint(new MemoryCheckpointStore())
            .load(1, 1 << 20)
            .outstanding(5, 1 << 20)
            .drain(Duration.ZERO)
            .callbacks(on -> on.insert("*.*", (insert, ack) -> handed.add(insert.row().getInt(0))))
            .build();
    for (int start = 0; start < 2; start++) {
      feed.start();
      for (int id = 1; id <= 5; id++) {
        assertEquals(Integer.valueOf(id), handed.poll(60, TimeUnit.SECONDS));
      }
      assertEquals(Status.SYNCING, feed.status());
      assertTrue(feed.stop(Feeds.PATIENCE));
      assertEquals(Optional.empty(), feed.lastError());
      assertEquals(List.of(), Feeds.threads());
      assertTrue(handed.isEmpty());
    }
  }

  @Test
  void aCutConnectionCostsNothing(Database database) throws Exception {
    create(database, 2_000);
    Replica replica = new Replica(false);
    try (FaultProxy proxy = FaultProxy.before(database.server().port())) {
      try (Walferry feed =
          Feeds.of(Feeds.through(proxy, database), database.name())
              .tables("public.t")
              .checkpoint(new MemoryCheckpointStore())
              .callbacks(replica::tellBy)
              .build()) {
        feed.start();
        for (int round = 0; round < 5; round++) {
          Feeds.awaitStatus(feed, Status.LISTENING);
          database.execute(
              "delete from t where id %% 10 = %d; update t set v = 'round %d' where id %% 7 = 0"
                  .formatted(round, round));
          database.execute("insert into t values (%d, 'late')".formatted(10_000 + round));
          int retries = round + 1;
          // The status may still be that of the connection before.
          Feeds.await(
              () -> {
                proxy.reset();
                return feed.progress().retries() >= retries;
              },
              "another try",
              feed);
        }
        Feeds.awaitStatus(feed, Status.LISTENING);
        Feeds.awaitDurable(feed, database);
        assertTrue(feed.stop(Feeds.PATIENCE));
      }
    }
    replica.requireEqual(database, TABLE);
  }

  @Test
  void aFeedThatWasTakenOverEnds(Database database) throws Exception {
    create(database, 10);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    Walferry first =
        Feeds.of(database)
            .tables("public.t")
            .checkpoint(store(database))
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        insert -> {
                          if (insert.row().getInt("id") == 11) {
                            reached.countDown();
                            goesOn.await();
                          }
                        }))
            .build();
    first.start();
    Feeds.awaitStatus(first, Status.LISTENING);
    database.execute("insert into t values (11, 'x')");
    reached.await();
    // Its connection is gone, so another one gets the slot while this one stands still.
    database.execute(
        "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '%s'"
            .formatted(database.name()));
    try (Walferry second =
        Feeds.of(database)
            .tables("public.t")
            .checkpoint(store(database))
            .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt("id"))))
            .build()) {
      second.start();
      Feeds.awaitDurable(second, database);
      goesOn.countDown();
      assertTrue(first.awaitStopped(Feeds.PATIENCE));
      assertEquals(ErrorCode.DESTINATION_FENCED, first.lastError().orElseThrow().code());
      database.execute("insert into t values (12, 'x')");
      Feeds.awaitDurable(second, database);
      assertEquals(List.of(11, 12), told);
    }
  }

  private static PostgresCheckpointStore store(Database database) {
    return new PostgresCheckpointStore(
        new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "walferry"));
  }
}
