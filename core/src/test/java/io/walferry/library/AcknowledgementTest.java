package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.pipeline.LoadMode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is acknowledged when, and what becomes of callbacks that fail. */
@Postgres
final class AcknowledgementTest {
  private final MemoryCheckpointStore store = new MemoryCheckpointStore();
  private final List<Integer> told = new CopyOnWriteArrayList<>();

  private record Held(int id, Acknowledgement acknowledgement) {}

  private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();

  private WalferryBuilder feed(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    return Feeds.of(database)
        .tables("public.t")
        .snapshot(LoadMode.NONE)
        .checkpoint(store)
        .acknowledge(Acknowledge.TRANSACTION);
  }

  private void hold(Event.Insert insert, Acknowledgement acknowledgement) {
    held.add(new Held(insert.row().getInt("id"), acknowledgement));
  }

  private Held next() throws InterruptedException {
    Held next = held.poll(60, TimeUnit.SECONDS);
    assertTrue(next != null, "an event");
    return next;
  }

  private static void insert(Database database, int from, int to) throws Exception {
    for (int id = from; id <= to; id++) {
      database.execute("insert into t values (" + id + ")");
    }
  }

  private static Lsn confirmed(Database database) throws Exception {
    return Lsn.parse(
        database.answer(
            "select confirmed_flush_lsn from pg_replication_slots where slot_name = '%s'"
                .formatted(database.name())));
  }

  @Test
  void theCheckpointMovesBehindTheFirstOpenEvent(Database database) throws Exception {
    try (Walferry feed =
        feed(database).drain(Duration.ZERO).callbacks(on -> on.insert("*.*", this::hold)).build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      insert(database, 1, 1);
      Held first = next();
      Lsn open = Feeds.walEnd(database);
      insert(database, 2, 3);
      Held second = next();
      Held third = next();
      // Out of order, on other threads.
      CompletableFuture.runAsync(() -> third.acknowledgement().done()).join();
      CompletableFuture.runAsync(() -> second.acknowledgement().done()).join();
      assertEquals(1, feed.progress().outstanding());
      assertTrue(confirmed(database).isBefore(open));
      assertTrue(feed.progress().durable().orElseThrow().endLsn().isBefore(open));
      first.acknowledgement().done();
      Feeds.awaitDurable(feed, database);
      Lsn confirmed = confirmed(database);
      Lsn saved = store.open(database.name()).orElseThrow().position().endLsn();
      assertTrue(saved.isAfter(open));
      assertFalse(confirmed.isAfter(saved));
    }
  }

  @Test
  void whatIsOpenAtAStopComesAgain(Database database) throws Exception {
    Walferry feed =
        feed(database).drain(Duration.ZERO).callbacks(on -> on.insert("*.*", this::hold)).build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    insert(database, 1, 3);
    next().acknowledgement().done();
    Held second = next();
    next().acknowledgement().done();
    assertTrue(feed.stop(Feeds.PATIENCE));
    // Too late: it counts for nothing, not even for the next start.
    second.acknowledgement().done();
    feed.start();
    assertEquals(2, next().id());
    assertEquals(3, next().id());
    assertTrue(feed.stop(Feeds.PATIENCE));
  }

  @Test
  void aStopWaitsForAcknowledgements(Database database) throws Exception {
    Walferry feed = feed(database).callbacks(on -> on.insert("*.*", this::hold)).build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    insert(database, 1, 1);
    Held first = next();
    Feeds.await(() -> feed.progress().transactions() == 1, "the transaction is told", feed);
    feed.onStatus(
        (before, now) -> {
          if (now == Status.STOPPING) {
            first.acknowledgement().done();
          }
        });
    assertTrue(feed.stop(Feeds.PATIENCE));
    feed.start();
    insert(database, 2, 2);
    Held second = next();
    assertEquals(2, second.id());
    second.acknowledgement().done();
    assertTrue(feed.stop(Feeds.PATIENCE));
  }

  @Test
  void noMoreThanTheBoundIsOpen(Database database) throws Exception {
    AtomicInteger most = new AtomicInteger();
    List<Held> some = Collections.synchronizedList(new ArrayList<>());
    Random random = new Random(1);
    try (Walferry feed =
        feed(database)
            .outstanding(10, 1 << 20)
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        (insert, ack) -> {
                          some.add(new Held(insert.row().getInt(0), ack));
                          most.accumulateAndGet(some.size(), Math::max);
                          if (some.size() == 10) {
                            Collections.shuffle(some, random);
                            List<Held> now = List.copyOf(some);
                            some.clear();
                            var unused =
                                CompletableFuture.runAsync(
                                    () -> now.forEach(it -> it.acknowledgement().done()));
                          }
                        }))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute("insert into t select generate_series(1, 1000)");
      Feeds.awaitDurable(feed, database);
      assertEquals(10, most.get());
    }
  }

  @Test
  void aFailedFutureIsTriedAgainAndThenRejected(Database database) throws Exception {
    List<Rejection> rejections = new CopyOnWriteArrayList<>();
    IllegalStateException cause = new IllegalStateException("secret");
    try (Walferry feed =
        feed(database)
            .onError(
                ErrorPolicy.retry(
                    Duration.ofMillis(1), Duration.ofMillis(2), 3, ErrorPolicy.reject()))
            .onRejected(rejections::add)
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        (insert, ack) -> {
                          told.add(insert.row().getInt(0));
                          ack.when(
                              CompletableFuture.runAsync(
                                  () -> {
                                    if (insert.row().getInt(0) == 2) {
                                      throw cause;
                                    }
                                  }));
                        }))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      insert(database, 1, 3);
      Feeds.awaitDurable(feed, database);
      assertEquals(3, Collections.frequency(told, 2));
      assertEquals(5, told.size());
      assertEquals(1, feed.progress().rejected());
      assertSame(cause, rejections.getFirst().cause());
      assertEquals(List.of("id"), rejections.getFirst().keyColumns());
    }
  }

  @Test
  void aCallbackThatFailsStopsTheFeedAndIsCalledAgainAtTheNextStart(Database database)
      throws Exception {
    AtomicInteger failures = new AtomicInteger();
    Walferry feed =
        feed(database)
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        insert -> {
                          told.add(insert.row().getInt(0));
                          if (insert.row().getInt(0) == 2 && failures.getAndIncrement() == 0) {
                            throw new IllegalStateException("secret of a row");
                          }
                        }))
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    insert(database, 1, 3);
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    var error = feed.lastError().orElseThrow();
    assertEquals(ErrorCode.CALLBACK_FAILED, error.code());
    assertTrue(error.getMessage().contains("an insert into public.t"), error.getMessage());
    assertFalse(error.getMessage().contains("secret"));
    assertInstanceOf(IllegalStateException.class, error.getCause());
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(List.of(1, 2, 2, 3), told);
    assertEquals(Optional.empty(), feed.lastError());
  }

  @Test
  void aCallbackIsTriedAgainAndARejectionThatNobodyTakesStopsTheFeed(Database database)
      throws Exception {
    Walferry feed =
        feed(database)
            .onError(
                ErrorPolicy.retry(
                    Duration.ofMillis(1), Duration.ofMillis(2), 3, ErrorPolicy.reject()))
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        insert -> {
                          told.add(insert.row().getInt(0));
                          boolean passes =
                              insert.row().getInt(0) == 1 && Collections.frequency(told, 1) == 3;
                          if (!passes) {
                            throw new java.io.IOException("not yet");
                          }
                        }))
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    insert(database, 1, 2);
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    assertEquals(List.of(1, 1, 1, 2, 2, 2), told);
    assertEquals(ErrorCode.CALLBACK_FAILED, feed.lastError().orElseThrow().code());
  }

  @Test
  void aBatchIsToldBeforeItIsSaved(Database database) throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    try (Walferry feed =
        feed(database)
            .callbacks(
                on ->
                    on.commit(it -> order.add("commit"))
                        .batch(
                            it ->
                                order.add(
                                    "batch "
                                        + store
                                            .open(database.name())
                                            .orElseThrow()
                                            .position()
                                            .endLsn()
                                            .isBefore(it.position().endLsn()))))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      insert(database, 1, 2);
      Feeds.awaitDurable(feed, database);
      assertEquals(List.of("commit", "batch true", "commit", "batch true"), order);
    }
  }
}
