package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Xid;
import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.pipeline.LoadMode;
import io.walferry.publication.InvalidText;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.time.JumpingClock;
import io.walferry.time.Stopwatch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A feed that has stopped leaves no thread, no connection and no lock, whatever it was at. */
@Postgres
final class StopTest {
  private static final List<TableName> TABLE = List.of(new TableName("public", "t"));

  @TempDir Path directory;

  private final List<String> moves = new CopyOnWriteArrayList<>();

  private WalferryBuilder feed(Database database) {
    return Feeds.of(database)
        .tables("public.t")
        .checkpoint(new FileCheckpointStore(directory.resolve("feed")))
        .onStatus((before, now) -> moves.add(before + ">" + now));
  }

  private static void create(Database database, int rows) throws Exception {
    database.execute(
        "create table t (id int primary key, v text);"
            + " insert into t select i, repeat('x', 200) from generate_series(1, %d) i; analyze t"
                .formatted(rows));
  }

  @Test
  void theStatusTellsItsWayInOrder(Database database) throws Exception {
    create(database, 10);
    Walferry feed = feed(database).callbacks(on -> on.insert("*.*", it -> {})).build();
    assertEquals(Status.STOPPED, feed.status());
    assertTrue(feed.check().ready());
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(
        List.of(
            "STOPPED>STARTING",
            "STARTING>SYNCING",
            "SYNCING>LISTENING",
            "LISTENING>STOPPING",
            "STOPPING>STOPPED"),
        moves);
    assertEquals(10, feed.progress().rowsLoaded());
    Feeds.requireNothingLeft(database);
  }

  @Test
  void aLoadThatIsStoppedGoesOnAndNothingIsMissing(Database database) throws Exception {
    create(database, 20_000);
    Replica replica = new Replica(false);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Walferry feed =
        feed(database)
            .callbacks(
                on -> {
                  replica.tellBy(on);
                  on.insert(
                      "*.*",
                      insert -> {
                        if (replica.size("public", "t") == 5_000) {
                          reached.countDown();
                          try {
                            stopped.await();
                          } catch (InterruptedException e) {
                            moves.add("interrupted");
                            throw e;
                          }
                        }
                      });
                })
            .build();
    feed.start();
    reached.await();
    feed.requestStop();
    // Rows of a part that was half read are deleted before it is read again.
    database.execute("delete from t where id % 3 = 0; update t set v = 'new' where id % 5 = 0");
    stopped.countDown();
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    replica.requireEqual(database, TABLE);
    assertTrue(moves.contains("SYNCING>STOPPING"));
    assertFalse(moves.contains("interrupted"));
  }

  @Test
  void aHugeTransactionThatIsStoppedComesAgain(Database database) throws Exception {
    create(database, 1);
    Replica replica = new Replica(false);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Walferry feed =
        feed(database)
            .callbacks(
                on -> {
                  replica.tellBy(on);
                  on.insert(
                      "*.*",
                      insert -> {
                        if (insert.row().getInt("id") == 50_000) {
                          reached.countDown();
                          stopped.await();
                        }
                      });
                })
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t select i, repeat('x', 200) from generate_series(2, 200000) i");
    reached.await();
    feed.requestStop();
    stopped.countDown();
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertTrue(replica.size("public", "t") < 200_000);
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    replica.requireEqual(database, TABLE);
  }

  @Test
  void aCallbackMayStopTheFeedAndOneThatHangsIsInterrupted(Database database) throws Exception {
    create(database, 3);
    AtomicReference<Walferry> self = new AtomicReference<>();
    // A transaction whose end has not come by then comes again.
    AtomicBoolean stops = new AtomicBoolean(true);
    CountDownLatch hangs = new CountDownLatch(1);
    Walferry feed =
        feed(database)
            .callbacks(
                on ->
                    on.insert(
                            "*.*",
                            insert -> {
                              if (!insert.origin().snapshot() && stops.getAndSet(false)) {
                                assertFalse(self.get().stop(Feeds.PATIENCE));
                              }
                            })
                        .delete(
                            "*.*",
                            delete -> {
                              hangs.countDown();
                              new CountDownLatch(1).await();
                            }))
            .build();
    self.set(feed);
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t values (4)");
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    feed.start();
    database.execute("delete from t where id = 1");
    assertTrue(hangs.await(Feeds.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertTrue(feed.stop(Duration.ofMillis(1)));
    Feeds.requireNothingLeft(database);
  }

  @Test
  void whatWasAcknowledgedIsSavedUnderTheInterruptThatACallbackHasKept(Database database)
      throws Exception {
    create(database, 1);
    List<Integer> told = new CopyOnWriteArrayList<>();
    CountDownLatch hangs = new CountDownLatch(1);
    Walferry feed =
        feed(database)
            .callbacks(
                on ->
                    on.insert("*.*", insert -> told.add(insert.row().getInt("id")))
                        .commit(
                            commit -> {
                              hangs.countDown();
                              try {
                                new CountDownLatch(1).await();
                              } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                              }
                            }))
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t values (2)");
    hangs.await();
    assertTrue(feed.stop(Duration.ofMillis(1)));
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(List.of(1, 2), told);
  }

  @Test
  void acknowledgementsAreNotWaitedForWhenTheTimeOfTheStopIsOver(Database database)
      throws Exception {
    create(database, 1);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    Walferry feed =
        feed(database)
            .drain(Feeds.PATIENCE)
            .callbacks(
                on ->
                    on.insert(
                            "*.*",
                            (insert, ack) -> {
                              if (insert.origin().snapshot()) {
                                ack.done();
                              }
                            })
                        .commit(
                            commit -> {
                              reached.countDown();
                              goesOn.await();
                            }))
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t values (2)");
    reached.await();
    feed.requestStop();
    goesOn.countDown();
    // At the commit, and at the end, it would wait for what nobody acknowledges.
    assertTrue(feed.stop(Duration.ofMillis(100)));
    assertEquals(Optional.empty(), feed.lastError());
    Feeds.requireNothingLeft(database);
  }

  @Test
  void severalWaitsForAcknowledgementsShareTheTimeOfTheFirst() {
    JumpingClock clock = new JumpingClock();
    Outstanding outstanding = new Outstanding(10, 1 << 20, clock);
    Event event = new Event.Begin(new Origin(false, Lsn.ZERO, Xid.NONE, Instant.EPOCH, 0));
    var unused = outstanding.hand(event, new Route.Call.Manual((it, ack) -> {}), 1);
    Stopwatch waited = Stopwatch.start(clock);
    assertFalse(outstanding.awaitNone(Duration.ofMinutes(1)));
    assertFalse(outstanding.awaitNone(Duration.ofHours(1)));
    assertEquals(Duration.ofMinutes(1), waited.elapsed());
  }

  /** Writes down the rows that are inserted, and waits at some of them until it may go on. */
  private static final class HeldCallback {
    private final List<Integer> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private final IntPredicate waits;

    HeldCallback(IntPredicate waits) {
      this.waits = waits;
    }

    void register(Callbacks on) {
      on.insert(
          "*.*",
          insert -> {
            int id = insert.row().getInt("id");
            told.add(id);
            if (waits.test(id)) {
              reached.countDown();
              goesOn.await();
            }
          });
    }
  }

  @Test
  void noOtherCallbackFollowsWithinATransactionThatIsStopped(Database database) throws Exception {
    create(database, 1);
    HeldCallback held = new HeldCallback(id -> id == 10);
    Walferry feed = feed(database).callbacks(held::register).build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t select generate_series(2, 150)");
    held.reached.await();
    feed.requestStop();
    held.goesOn.countDown();
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    assertEquals(10, held.told.size());
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(159, held.told.size());
    assertEquals(150, held.told.stream().distinct().count());
  }

  @Test
  void aTransactionThatWasDeliveredWholeBeforeAStopDoesNotComeAgain(Database database)
      throws Exception {
    create(database, 1);
    HeldCallback held = new HeldCallback(id -> false);
    AtomicBoolean holds = new AtomicBoolean(true);
    Walferry feed =
        feed(database)
            .acknowledge(Acknowledge.TRANSACTION)
            .callbacks(
                on -> {
                  held.register(on);
                  on.commit(
                      commit -> {
                        if (held.told.getLast() == 10 && holds.getAndSet(false)) {
                          held.reached.countDown();
                          held.goesOn.await();
                        }
                      });
                })
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    for (int id = 2; id <= 30; id++) {
      database.execute("insert into t values (" + id + ")");
    }
    held.reached.await();
    feed.requestStop();
    held.goesOn.countDown();
    assertTrue(feed.stop(Feeds.PATIENCE));
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(IntStream.rangeClosed(1, 30).boxed().toList(), held.told);
  }

  @Test
  void aFeedThatFailsSaysWhyAndLeavesNothing(Database database) throws Exception {
    create(database, 3);
    Walferry first = feed(database).callbacks(on -> on.insert("*.*", it -> {})).build();
    first.start();
    Feeds.awaitStatus(first, Status.LISTENING);
    assertTrue(first.stop(Feeds.PATIENCE));
    database.execute("create table u (id int primary key)");
    Walferry other =
        feed(database)
            .tables("public.t", "public.u")
            .callbacks(on -> on.insert("*.*", it -> {}))
            .build();
    other.start();
    assertTrue(other.awaitStopped(Feeds.PATIENCE));
    var refusal = other.lastError().orElseThrow();
    assertEquals(ErrorCode.CHECKPOINT_CONFIGURATION, refusal.code());
    assertTrue(
        refusal.getMessage().contains("tables was 'public.t' and is 'public.t, public.u'"),
        refusal.getMessage());
    Feeds.requireNothingLeft(database);
    database.execute(
        "alter publication %s add table u; insert into u values (1)".formatted(database.name()));
    List<String> told = new CopyOnWriteArrayList<>();
    Walferry accepted =
        feed(database)
            .tables("public.t", "public.u")
            .acceptConfiguration()
            .callbacks(on -> on.insert("*.*", it -> told.add(it.table().toString())))
            .build();
    accepted.start();
    Feeds.awaitStatus(accepted, Status.LISTENING);
    assertTrue(accepted.stop(Feeds.PATIENCE));
    assertEquals(List.of("public.u"), told);
  }

  @Test
  void withoutACheckpointNothingStaysAtTheServer(Database database) throws Exception {
    create(database, 3);
    List<Integer> told = new CopyOnWriteArrayList<>();
    Walferry feed =
        Feeds.of(database)
            .tables("public.t")
            .withoutCheckpoint()
            .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt(0))))
            .build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertTrue(feed.stop(Feeds.PATIENCE));
    Feeds.requireNothingLeft(database);
    assertEquals(
        "0",
        database.answer(
            "select count(*) from pg_replication_slots where slot_name = '%s'"
                .formatted(database.name())));
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(List.of(1, 2, 3, 1, 2, 3), told);
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    var refusal =
        org.junit.jupiter.api.Assertions.assertThrows(
            io.walferry.error.WalferryException.class,
            () ->
                Walferry.builder()
                    .name("Not A Slot")
                    .tables("nowhere")
                    .snapshot(LoadMode.NONE)
                    .invalidText(InvalidText.DEAD_LETTER)
                    .callbacks(on -> on.insert("x", it -> {}))
                    .build());
    assertEquals(ErrorCode.CONFIGURATION_INVALID, refusal.code());
    for (String part :
        List.of(
            "source is missing",
            "walferry_Not A Slot",
            "nowhere",
            "checkpoint is missing",
            "callbacks have no dead letters")) {
      assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }
  }

  @Test
  void aSinkOfYourOwnGoesWithoutACheckpoint() {
    var refusal =
        org.junit.jupiter.api.Assertions.assertThrows(
            io.walferry.error.WalferryException.class,
            () ->
                Walferry.builder()
                    .source("postgresql://nobody@localhost/none")
                    .checkpoint(new MemoryCheckpointStore())
                    .sink(
                        () -> {
                          throw new IllegalStateException("not made");
                        })
                    .build());
    assertTrue(refusal.getMessage().contains("a sink keeps its position itself"));
  }
}
