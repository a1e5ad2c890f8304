package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A callback for an existing row is not cut short by a stop before its time is over. */
@Postgres
final class StoppedLoadTest {
  /** An attempt asks the catalog; its replication connection ends with the stop. */
  private static final int SESSIONS_OF_ATTEMPT = 1;

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goesOn = new CountDownLatch(1);

  private Walferry feed(Database database) throws Exception {
    database.execute(
        "create table t (id int primary key, v text);"
            + " insert into t select i, repeat('x', 200) from generate_series(1, 5000) i;"
            + " analyze t");
    return Feeds.of(database)
        .tables("public.t")
        .checkpoint(new MemoryCheckpointStore())
        .callbacks(on -> on.insert("*.*", insert -> standAt(100)))
        .build();
  }

  private void standAt(int call) throws InterruptedException {
    if (calls.incrementAndGet() == call) {
      reached.countDown();
      try {
        goesOn.await();
      } catch (InterruptedException e) {
        interrupted.set(true);
        throw e;
      }
    }
  }

  @Test
  void aCallbackMayReturnAndNoOtherFollowsWhileReadsEndAtOnce(Database database) throws Exception {
    Walferry feed = feed(database);
    feed.start();
    reached.await();
    CompletableFuture<Boolean> stopping =
        CompletableFuture.supplyAsync(() -> feed.stop(Feeds.PATIENCE));
    Feeds.awaitSessions(database, SESSIONS_OF_ATTEMPT);
    assertFalse(stopping.isDone());
    goesOn.countDown();
    assertTrue(stopping.join());
    assertFalse(interrupted.get());
    assertEquals(100, calls.get());
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertTrue(calls.get() >= 5_100, "calls: " + calls);
  }

  @Test
  void oneThatHangsIsInterruptedWhenItsTimeIsOver(Database database) throws Exception {
    Walferry feed = feed(database);
    feed.start();
    reached.await();
    assertTrue(feed.stop(Duration.ofMillis(50)));
    assertTrue(interrupted.get());
    assertEquals(100, calls.get());
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
  }

  @Test
  void oneThatTakesNoNoticeOfAnInterruptHoldsTheFeedAndNotWhoeverStopsIt(Database database)
      throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    database.execute("create table u (id int primary key); insert into u values (1), (2), (3)");
    Walferry feed =
        Feeds.of(database)
            .tables("public.u")
            .checkpoint(new MemoryCheckpointStore())
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        insert -> {
                          most.accumulateAndGet(now.incrementAndGet(), Math::max);
                          reached.countDown();
                          awaitUninterruptibly();
                          now.decrementAndGet();
                        }))
            .build();
    feed.start();
    reached.await();
    assertFalse(feed.stop(Duration.ofMillis(50)));
    assertEquals(Status.STOPPING, feed.status());
    goesOn.countDown();
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    assertEquals(List.of(), Feeds.threads());
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(1, most.get());
  }

  private void awaitUninterruptibly() {
    boolean waits = true;
    while (waits) {
      try {
        goesOn.await();
        waits = false;
      } catch (InterruptedException e) {
        interrupted.set(true);
      }
    }
  }
}
