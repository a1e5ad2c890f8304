package io.walferry.library;

import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Events between the feed and whoever pulls them. It has no bound of its own: what is in it is
 * outstanding, which has one. For any threads.
 */
final class PullQueue {
  private final NanoClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Delivery> events = new ArrayDeque<>();
  private boolean ended;
  private Optional<WalferryException> failure = Optional.empty();

  PullQueue(NanoClock clock) {
    this.clock = clock;
  }

  void put(Event event, Acknowledgement acknowledgement) {
    lock.lock();
    try {
      events.add(new Delivery(event, acknowledgement));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What is in it comes again. */
  void clear() {
    lock.lock();
    try {
      events.clear();
    } finally {
      lock.unlock();
    }
  }

  /** The feed starts. */
  void begin() {
    lock.lock();
    try {
      events.clear();
      ended = false;
      failure = Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes. */
  void end(Optional<WalferryException> cause) {
    lock.lock();
    try {
      events.clear();
      ended = true;
      failure = cause;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  Optional<WalferryException> failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** Some events; none if the time is over or nothing more comes. */
  List<Delivery> take(int limit, Duration atMost) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(atMost);
    lock.lockInterruptibly();
    try {
      while (events.isEmpty() && !ended && nanos > 0) {
        nanos = clock.await(changed, nanos);
      }
      List<Delivery> taken = new ArrayList<>(Math.min(limit, events.size()));
      while (taken.size() < limit && !events.isEmpty()) {
        taken.add(events.remove());
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }
}
