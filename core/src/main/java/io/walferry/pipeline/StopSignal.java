package io.walferry.pipeline;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The wish to stop, from any thread, and what has to be woken for it. It cannot be taken back. */
final class StopSignal {
  private final NanoClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Runnable> actions = new LinkedHashSet<>();
  private boolean requested;

  /**
   * Nothing is requested yet.
   *
   * @param clock the clock that {@link #pause} waits by
   */
  StopSignal(NanoClock clock) {
    this.clock = clock;
  }

  void request() {
    List<Runnable> wake;
    lock.lock();
    try {
      requested = true;
      changed.signalAll();
      wake = List.copyOf(actions);
    } finally {
      lock.unlock();
    }
    wake.forEach(Runnable::run);
  }

  boolean isRequested() {
    lock.lock();
    try {
      return requested;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does the work; a stop that is requested meanwhile, or was requested before, runs {@code wake},
   * from the thread that requests it.
   */
  <T> T during(Supplier<T> work, Runnable wake) {
    if (add(wake)) {
      wake.run();
    }
    try {
      return work.get();
    } finally {
      remove(wake);
    }
  }

  /** Returns whether the stop was requested before. */
  private boolean add(Runnable wake) {
    lock.lock();
    try {
      actions.add(wake);
      return requested;
    } finally {
      lock.unlock();
    }
  }

  private void remove(Runnable action) {
    lock.lock();
    try {
      actions.remove(action);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the time is over or the stop is requested.
   *
   * @param when for the message of a failure: "while …"
   * @throws WalferryException {@code INTERRUPTED} if the thread is interrupted while it waits
   */
  void pause(Duration atMost, String when) {
    long nanos = TimeUnit.NANOSECONDS.convert(atMost);
    try {
      lock.lock();
      try {
        while (!requested && nanos > 0) {
          nanos = clock.await(changed, nanos);
        }
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted " + when, e);
    }
  }
}
