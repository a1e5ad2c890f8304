package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Events that are pulled, by hand or by a subscriber. */
@Postgres
final class PullTest {
  private static Walferry feed(Database database) throws Exception {
    database.execute("create table t (id int primary key); insert into t values (1), (2), (3)");
    return Feeds.of(database)
        .tables("public.t")
        .checkpoint(new MemoryCheckpointStore())
        .outstanding(100, 1 << 20)
        .build();
  }

  private static String told(Event event) {
    return switch (event) {
      case Event.Insert insert -> "i" + insert.row().getInt(0);
      case Event.Begin begin -> "begin";
      case Event.Commit commit -> "commit";
      default -> "other";
    };
  }

  /** Pulls so many, a few at a time. */
  private static List<String> pull(Walferry feed, int count) throws InterruptedException {
    List<String> told = new ArrayList<>();
    long deadline = System.nanoTime() + Feeds.PATIENCE.toNanos();
    while (told.size() < count && System.nanoTime() < deadline) {
      List<Event> events = feed.poll(Math.min(2, count - told.size()), Duration.ofSeconds(1));
      assertTrue(events.size() <= 2);
      events.forEach(event -> told.add(told(event)));
    }
    return told;
  }

  @Test
  void eventsComeInOrderAndAreAcknowledgedByTheNextPull(Database database) throws Exception {
    Walferry feed = feed(database);
    feed.start();
    assertEquals(List.of("i1", "i2", "i3"), pull(feed, 3));
    database.execute("insert into t values (4), (5)");
    assertEquals(List.of("begin", "i4", "i5"), pull(feed, 3));
    assertEquals(List.of(), feed.poll(1, Duration.ZERO).stream().skip(1).toList());
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(List.of(), feed.poll(1, Feeds.PATIENCE));
    // The transaction was not acknowledged to its end, so it comes again.
    feed.start();
    assertEquals(List.of("begin", "i4", "i5", "commit"), pull(feed, 4));
    feed.acknowledge();
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    Feeds.requireNothingLeft(database);
  }

  @Test
  void whatNobodyPullsDoesNotHoldAStop(Database database) throws Exception {
    Walferry feed = feed(database);
    database.execute("insert into t select generate_series(10, 3009)");
    feed.start();
    Feeds.await(() -> feed.progress().outstanding() == 100, "no more may be outstanding", feed);
    assertEquals(Status.SYNCING, feed.status());
    assertTrue(feed.stop(Feeds.PATIENCE));
    Feeds.requireNothingLeft(database);
    feed.start();
    assertEquals(3003, pull(feed, 3003).stream().distinct().count());
    Feeds.awaitStatus(feed, Status.LISTENING);
    database.execute("insert into t select generate_series(4000, 4999)");
    Feeds.await(() -> feed.progress().outstanding() == 100, "no more may be outstanding", feed);
    assertTrue(feed.stop(Feeds.PATIENCE));
    Feeds.requireNothingLeft(database);
    assertEquals(Optional.empty(), feed.lastError());
  }

  @Test
  void aTransactionLargerThanTheBoundComesInPieces(Database database) throws Exception {
    try (Walferry feed = feed(database)) {
      feed.start();
      assertEquals(3, pull(feed, 3).size());
      database.execute("insert into t select generate_series(10, 3009)");
      List<String> told = pull(feed, 3002);
      assertEquals("begin", told.getFirst());
      assertEquals("i3009", told.get(3000));
      assertEquals("commit", told.getLast());
      assertTrue(feed.progress().outstanding() <= 100);
    }
  }

  @Test
  void aFeedThatFailsFailsThePull(Database database) throws Exception {
    Walferry feed = feed(database);
    database.execute("drop table t");
    feed.start();
    WalferryException failure =
        assertThrows(WalferryException.class, () -> feed.poll(1, Feeds.PATIENCE));
    assertEquals(ErrorCode.TABLE_MISSING, failure.code());
    feed.close();
  }

  /** Writes down what it hears. */
  private static final class Subscriber implements Flow.Subscriber<Delivery> {
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Flow.Subscription> subscriptions = new LinkedBlockingQueue<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriptions.add(subscription);
    }

    @Override
    public void onNext(Delivery delivery) {
      heard.add(told(delivery.event()));
      delivery.acknowledge();
      // As whoever has met an interrupt leaves it; nobody else's business here.
      Thread.currentThread().interrupt();
    }

    @Override
    public void onError(Throwable throwable) {
      heard.add(throwable);
    }

    @Override
    public void onComplete() {
      heard.add("complete");
    }

    Object next() throws InterruptedException {
      Object next = heard.poll(60, TimeUnit.SECONDS);
      assertTrue(next != null, "a signal");
      return next;
    }

    Flow.Subscription subscription() {
      return subscriptions.element();
    }
  }

  @Test
  void aSubscriberGetsWhatItAsksForAndNoMore(Database database) throws Exception {
    Walferry feed = feed(database);
    Subscriber subscriber = new Subscriber();
    Flow.Publisher<Delivery> publisher = feed.publisher();
    publisher.subscribe(subscriber);
    feed.start();
    subscriber.subscription().request(2);
    assertEquals("i1", subscriber.next());
    assertEquals("i2", subscriber.next());
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertEquals(0, subscriber.heard.size());
    subscriber.subscription().request(Long.MAX_VALUE);
    subscriber.subscription().request(Long.MAX_VALUE);
    assertEquals("i3", subscriber.next());
    Subscriber second = new Subscriber();
    publisher.subscribe(second);
    assertInstanceOf(IllegalStateException.class, second.next());
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals("complete", subscriber.next());
    awaitNoThread();
  }

  @Test
  void asCancelledItStopsTheFeed(Database database) throws Exception {
    Walferry feed = feed(database);
    Subscriber subscriber = new Subscriber();
    feed.publisher().subscribe(subscriber);
    feed.start();
    subscriber.subscription().request(1);
    assertEquals("i1", subscriber.next());
    subscriber.subscription().cancel();
    subscriber.subscription().cancel();
    subscriber.subscription().request(5);
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    awaitNoThread();
    assertEquals(0, subscriber.heard.size());
  }

  @Test
  void aWrongRequestIsAnError(Database database) throws Exception {
    Walferry feed = feed(database);
    Subscriber subscriber = new Subscriber();
    feed.publisher().subscribe(subscriber);
    feed.start();
    subscriber.subscription().request(0);
    assertInstanceOf(IllegalArgumentException.class, subscriber.next());
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    awaitNoThread();
  }

  @Test
  void aFeedThatFailsFailsItsSubscriber(Database database) throws Exception {
    Walferry feed = feed(database);
    database.execute("drop table t");
    Subscriber subscriber = new Subscriber();
    feed.publisher().subscribe(subscriber);
    feed.start();
    assertEquals(
        ErrorCode.TABLE_MISSING,
        assertInstanceOf(WalferryException.class, subscriber.next()).code());
    awaitNoThread();
  }

  @Test
  void nothingIsPulledFromCallbacks(Database database) {
    Walferry feed =
        Feeds.of(database).withoutCheckpoint().callbacks(on -> on.begin(it -> {})).build();
    assertThrows(IllegalStateException.class, feed::publisher);
    assertThrows(IllegalStateException.class, () -> feed.poll(1, Duration.ZERO));
    assertFalse(feed.progress().durable().isPresent());
  }

  /** As languages do whose compilers let a checked exception pass. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void throwAnyway(Throwable cause) throws T {
    throw (T) cause;
  }

  @Test
  void aSubscriberThatAcknowledgesAndThrowsEndsTheFeed(Database database) throws Exception {
    Walferry feed = feed(database);
    Subscriber subscriber = new Subscriber();
    Exception thrown = new Exception("checked");
    Flow.Subscriber<Delivery> throwing =
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(Delivery delivery) {
            subscriber.onNext(delivery);
            PullTest.<RuntimeException>throwAnyway(thrown);
          }

          @Override
          public void onError(Throwable cause) {
            subscriber.onError(cause);
          }

          @Override
          public void onComplete() {
            subscriber.onComplete();
          }
        };
    feed.publisher().subscribe(throwing);
    feed.start();
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    WalferryException error = feed.lastError().orElseThrow();
    assertEquals(ErrorCode.CALLBACK_FAILED, error.code());
    assertSame(thrown, error.getCause());
    awaitNoThread();
    // It counts as cancelled, so it hears nothing more.
    assertEquals(List.of("i1"), List.copyOf(subscriber.heard));
  }

  @Test
  void aListenerThatThrowsHasNoEffect(Database database) throws Exception {
    Walferry feed = feed(database);
    feed.onStatus((before, now) -> PullTest.<RuntimeException>throwAnyway(new Exception("sneaky")));
    feed.start();
    assertEquals(3, pull(feed, 3).size());
    Feeds.awaitStatus(feed, Status.LISTENING);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
    assertEquals(Status.STOPPED, feed.status());
    awaitNoThread();
  }

  private static void awaitNoThread() {
    Await.until("the feed has no thread", Duration.ofSeconds(60), Feeds::threads, List::isEmpty);
  }
}
