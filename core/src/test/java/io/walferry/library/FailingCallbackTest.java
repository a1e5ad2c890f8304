package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.LoadMode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Whatever a program's own code throws, the feed says so, does not hang, and leaves nothing out.
 */
@Postgres
final class FailingCallbackTest {
  private static final String SECRET = "secret of a row";

  private final List<Integer> told = new CopyOnWriteArrayList<>();
  private final AtomicBoolean fails = new AtomicBoolean(true);

  /** What a program's own code may throw. */
  static final List<Throwable> THROWN =
      List.of(
          new IllegalStateException(SECRET),
          new AssertionError(SECRET),
          new StackOverflowError(SECRET),
          new OwnError(),
          new NoClassDefFoundError(SECRET));

  private static final class OwnError extends Error {
    private static final long serialVersionUID = 1L;

    OwnError() {
      super(SECRET);
    }
  }

  private static WalferryBuilder feed(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    return Feeds.of(database)
        .tables("public.t")
        .snapshot(LoadMode.NONE)
        .checkpoint(new MemoryCheckpointStore())
        .acknowledge(Acknowledge.TRANSACTION);
  }

  private static void fail(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) thrown;
  }

  /** Fails at row 2, as long as it is to. */
  private void tell(Event.Insert insert, Throwable thrown) {
    told.add(insert.row().getInt(0));
    if (insert.row().getInt(0) == 2 && fails.get()) {
      fail(thrown);
    }
  }

  private static WalferryException awaitFailure(Walferry feed, Database database) throws Exception {
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    for (int id = 1; id <= 3; id++) {
      database.execute("insert into t values (" + id + ")");
    }
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    assertEquals(Status.STOPPED, feed.status());
    assertEquals(List.of(), Feeds.threads());
    WalferryException error = feed.lastError().orElseThrow();
    assertEquals(ErrorCode.CALLBACK_FAILED, error.code(), () -> String.valueOf(error.getMessage()));
    assertFalse(error.getMessage().contains("secret"), error.getMessage());
    return error;
  }

  /** It goes on at row 2 once that can be dealt with. */
  private void requireNothingLost(Walferry feed, Database database) throws Exception {
    fails.set(false);
    feed.start();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    assertEquals(List.of(2, 3), told.subList(told.size() - 2, told.size()));
    assertEquals(1, told.getFirst());
  }

  @ParameterizedTest
  @FieldSource("THROWN")
  void aCallbackThatThrowsStopsTheFeed(Throwable thrown, Database database) throws Exception {
    Walferry feed =
        feed(database).callbacks(on -> on.insert("*.*", it -> tell(it, thrown))).build();
    WalferryException error = awaitFailure(feed, database);
    assertSame(thrown, error.getCause());
    requireNothingLost(feed, database);
  }

  @ParameterizedTest
  @FieldSource("THROWN")
  void oneThatAcknowledgesByHandAsWell(Throwable thrown, Database database) throws Exception {
    Walferry feed =
        feed(database)
            .callbacks(
                on ->
                    on.insert(
                        "*.*",
                        (it, ack) -> {
                          tell(it, thrown);
                          ack.done();
                        }))
            .build();
    assertSame(thrown, awaitFailure(feed, database).getCause());
    requireNothingLost(feed, database);
  }

  private static List<Throwable> reasons(WalferryException error) {
    List<Throwable> reasons = new ArrayList<>(List.of(error.getSuppressed()));
    Optional.ofNullable(error.getCause()).ifPresent(reasons::add);
    return reasons;
  }

  @ParameterizedTest
  @FieldSource("THROWN")
  void whoeverTakesRejectedEventsMustNotFail(Throwable thrown, Database database) throws Exception {
    Walferry feed =
        feed(database)
            .onError(ErrorPolicy.reject())
            .onRejected(rejection -> fail(thrown))
            .callbacks(on -> on.insert("*.*", it -> tell(it, new IllegalArgumentException(SECRET))))
            .build();
    WalferryException error = awaitFailure(feed, database);
    assertTrue(reasons(error).contains(thrown), "the reason is told");
    assertEquals(0, feed.progress().rejected());
    requireNothingLost(feed, database);
  }

  @ParameterizedTest
  @FieldSource("THROWN")
  void aPolicyThatThrowsStopsTheFeed(Throwable thrown, Database database) throws Exception {
    Walferry feed =
        feed(database)
            .onError(
                failure -> {
                  fail(thrown);
                  return Reaction.Reject.REJECT;
                })
            .onRejected(rejection -> {})
            .callbacks(on -> on.insert("*.*", it -> tell(it, new IllegalArgumentException(SECRET))))
            .build();
    WalferryException error = awaitFailure(feed, database);
    assertTrue(reasons(error).contains(thrown), "the reason is told");
    requireNothingLost(feed, database);
  }

  static final List<Arguments> POLICIES =
      List.of(
          Arguments.of("stop", ErrorPolicy.stop(), 1),
          Arguments.of("reject", ErrorPolicy.reject(), 1),
          Arguments.of(
              "retry",
              ErrorPolicy.retry(
                  Duration.ofMillis(1), Duration.ofMillis(1), 3, ErrorPolicy.reject()),
              3));

  @ParameterizedTest(name = "{0}")
  @FieldSource("POLICIES")
  void aBatchThatFailsIsNeverRejectedAndNothingOfItIsSaved(
      String name, ErrorPolicy policy, int calls, Database database) throws Exception {
    MemoryCheckpointStore store = new MemoryCheckpointStore();
    List<String> written = new CopyOnWriteArrayList<>();
    Walferry feed =
        feed(database)
            .checkpoint(store)
            .onError(policy)
            .onRejected(rejection -> written.add("rejected"))
            .callbacks(
                on ->
                    on.insert("*.*", it -> told.add(it.row().getInt(0)))
                        .batch(
                            it -> {
                              if (told.getLast() == 2 && fails.get()) {
                                written.add("failed");
                                throw new IllegalStateException(SECRET);
                              }
                            }))
            .build();
    awaitFailure(feed, database);
    assertEquals(Collections.nCopies(calls, "failed"), written);
    requireNothingLost(feed, database);
  }

  @ParameterizedTest
  @FieldSource("THROWN")
  void aStatusListenerThatThrowsIsToldOfWhatFollows(Throwable thrown, Database database)
      throws Exception {
    List<Status> heard = new CopyOnWriteArrayList<>();
    try (Walferry feed =
        feed(database)
            .onStatus(
                (before, now) -> {
                  heard.add(now);
                  fail(thrown);
                })
            .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt(0))))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute("insert into t values (1)");
      Feeds.awaitDurable(feed, database);
      assertTrue(feed.stop(Feeds.PATIENCE));
      assertEquals(
          List.of(Status.STARTING, Status.LISTENING, Status.STOPPING, Status.STOPPED), heard);
      assertEquals(Optional.empty(), feed.lastError());
      assertEquals(List.of(1), told);
    }
  }

  /** Throws at the row 2. */
  private record ThrowingSubscriber(Consumer<Event> hears, BlockingQueue<Object> ends)
      implements Flow.Subscriber<Delivery> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Delivery delivery) {
      hears.accept(delivery.event());
      delivery.acknowledge();
    }

    @Override
    public void onError(Throwable cause) {
      ends.add(cause);
    }

    @Override
    public void onComplete() {
      ends.add("complete");
    }
  }

  @ParameterizedTest
  @FieldSource("THROWN")
  void aSubscriberThatThrowsEndsTheFeedWhateverThePolicy(Throwable thrown, Database database)
      throws Exception {
    Walferry feed =
        feed(database)
            .onError(
                ErrorPolicy.retry(
                    Duration.ofMillis(1), Duration.ofMillis(1), 100, ErrorPolicy.reject()))
            .onRejected(rejection -> told.add(-1))
            .build();
    BlockingQueue<Object> ends = new LinkedBlockingQueue<>();
    feed.publisher()
        .subscribe(
            new ThrowingSubscriber(
                event -> {
                  if (event instanceof Event.Insert insert) {
                    tell(insert, thrown);
                  }
                },
                ends));
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    for (int id = 1; id <= 3; id++) {
      database.execute("insert into t values (" + id + ")");
    }
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    WalferryException error = feed.lastError().orElseThrow();
    assertEquals(ErrorCode.CALLBACK_FAILED, error.code());
    assertSame(thrown, error.getCause());
    assertTrue(error.getMessage().contains(thrown.getClass().getName()), error.getMessage());
    assertFalse(error.getMessage().contains("secret"), error.getMessage());
    assertEquals(List.of(1, 2), told);
    // It counts as cancelled, so it hears nothing more.
    assertTrue(ends.isEmpty());
    // The next one gets what this one has not dealt with.
    feed.start();
    List<Event> again = new ArrayList<>();
    while (again.size() < 3 && feed.status() != Status.STOPPED) {
      again.addAll(feed.poll(3 - again.size(), Feeds.PATIENCE));
    }
    assertEquals(2, assertInstanceOf(Event.Insert.class, again.get(1)).row().getInt(0));
    assertTrue(feed.stop(Feeds.PATIENCE));
  }

  @Test
  void aCutConnectionIsToldAndItsEndAsWell(Database database) throws Exception {
    BlockingQueue<String> moves = new LinkedBlockingQueue<>();
    try (FaultProxy proxy = FaultProxy.before(database.server().port())) {
      database.execute("create table t (id int primary key)");
      try (Walferry feed =
          Feeds.of(Feeds.through(proxy, database), database.name())
              .tables("public.t")
              .snapshot(LoadMode.NONE)
              .checkpoint(new MemoryCheckpointStore())
              .onStatus((before, now) -> moves.add(before + ">" + now))
              .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt(0))))
              .build()) {
        feed.start();
        assertEquals("STOPPED>STARTING", moves.poll(60, TimeUnit.SECONDS));
        assertEquals("STARTING>LISTENING", moves.poll(60, TimeUnit.SECONDS));
        assertEquals(Optional.empty(), feed.lastError());
        proxy.refuseConnections();
        proxy.reset();
        assertEquals("LISTENING>STARTING", moves.poll(60, TimeUnit.SECONDS));
        WalferryException lost = feed.lastError().orElseThrow();
        assertEquals(ErrorCode.Retry.ALWAYS, lost.code().retry());
        assertInstanceOf(Exception.class, lost.getCause());
        database.execute("insert into t values (1)");
        proxy.heal();
        assertEquals("STARTING>LISTENING", moves.poll(60, TimeUnit.SECONDS));
        Feeds.awaitDurable(feed, database);
        assertEquals(List.of(1), told);
        assertTrue(feed.progress().retries() >= 1);
        assertTrue(feed.lastError().isPresent());
      }
      assertEquals("LISTENING>STOPPING", moves.poll(60, TimeUnit.SECONDS));
      assertEquals("STOPPING>STOPPED", moves.poll(60, TimeUnit.SECONDS));
    }
  }
}
