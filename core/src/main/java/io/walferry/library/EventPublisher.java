package io.walferry.library;

import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * What can be pulled, for one subscriber, on a thread of its own that ends with the feed or the
 * subscription. Reactive Streams' rules hold.
 */
final class EventPublisher implements Flow.Publisher<Delivery> {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final int TAKEN_MAX = 256;

  private final String name;
  private final PullQueue queue;
  private final NanoClock clock;
  private final Runnable stop;
  private final BiConsumer<Event, Throwable> broken;
  private final AtomicBoolean subscribed = new AtomicBoolean();

  /**
   * Hands out nothing yet.
   *
   * @param stop asks the feed to stop and does not wait
   * @param broken fails the feed, since its subscriber has thrown at this event
   */
  EventPublisher(
      String name,
      PullQueue queue,
      NanoClock clock,
      Runnable stop,
      BiConsumer<Event, Throwable> broken) {
    this.name = name;
    this.queue = queue;
    this.clock = clock;
    this.stop = stop;
    this.broken = broken;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Delivery> subscriber) {
    Objects.requireNonNull(subscriber);
    if (!subscribed.compareAndSet(false, true)) {
      subscriber.onSubscribe(new Refused());
      subscriber.onError(new IllegalStateException("There is a subscriber already"));
      return;
    }
    Subscription subscription = new Subscription(subscriber);
    subscriber.onSubscribe(subscription);
    Thread.ofPlatform().name("walferry-publisher-" + name).daemon().start(subscription);
  }

  /** Of a subscriber that gets nothing. */
  private static final class Refused implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }

  private final class Subscription implements Flow.Subscription, Runnable {
    private final Flow.Subscriber<? super Delivery> subscriber;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long demand;
    private boolean cancelled;
    private Optional<Throwable> refusal = Optional.empty();

    Subscription(Flow.Subscriber<? super Delivery> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
      lock.lock();
      try {
        if (count <= 0) {
          refusal = Optional.of(new IllegalArgumentException("A request must be positive"));
        } else {
          demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void cancel() {
      boolean first;
      lock.lock();
      try {
        first = !cancelled;
        cancelled = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      if (first) {
        stop.run();
      }
    }

    /** How much may be handed out; waits a moment if that is nothing. */
    private int awaitDemand() throws InterruptedException {
      long nanos = TimeUnit.NANOSECONDS.convert(LOOK_AGAIN);
      lock.lockInterruptibly();
      try {
        while (demand == 0 && goesOn() && nanos > 0) {
          nanos = clock.await(changed, nanos);
        }
        return goesOn() ? (int) Math.min(demand, TAKEN_MAX) : 0;
      } finally {
        lock.unlock();
      }
    }

    private boolean goesOn() {
      lock.lock();
      try {
        return !cancelled && refusal.isEmpty();
      } finally {
        lock.unlock();
      }
    }

    private void delivered() {
      lock.lock();
      try {
        demand = demand == Long.MAX_VALUE ? demand : demand - 1;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void run() {
      try {
        while (goesOn() && !queue.isEnded()) {
          int wanted = awaitDemand();
          List<Delivery> taken = wanted == 0 ? List.of() : queue.take(wanted, LOOK_AGAIN);
          for (Delivery delivery : taken) {
            hand(delivery);
          }
        }
        end();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** What is not handed out any more stays open, and comes again. */
    private void hand(Delivery delivery) {
      if (!goesOn()) {
        return;
      }
      delivered();
      try {
        subscriber.onNext(delivery);
      } catch (Throwable e) {
        // It breaks the rules and counts as cancelled, so the feed fails with what was thrown,
        // whatever it has said about the event before. Not every language declares what it throws.
        lock.lock();
        try {
          cancelled = true;
        } finally {
          lock.unlock();
        }
        broken.accept(delivery.event(), e);
      }
      // What a subscriber leaves behind is not meant for us; nobody else interrupts this thread.
      var unused = Thread.interrupted();
    }

    private void end() {
      boolean tells;
      Optional<Throwable> cause;
      lock.lock();
      try {
        tells = !cancelled;
        cancelled = true;
        cause = refusal;
      } finally {
        lock.unlock();
      }
      if (!tells) {
        return;
      }
      if (cause.isPresent()) {
        stop.run();
        subscriber.onError(cause.get());
      } else if (queue.failure().isPresent()) {
        subscriber.onError(queue.failure().get());
      } else {
        subscriber.onComplete();
      }
    }
  }
}
