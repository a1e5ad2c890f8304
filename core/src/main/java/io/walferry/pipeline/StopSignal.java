package io.walferry.pipeline;

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
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Runnable> actions = new LinkedHashSet<>();
  private boolean requested;

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

  /** Waits; true if the stop was requested. */
  boolean await(Duration atMost) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(atMost);
    lock.lockInterruptibly();
    try {
      while (!requested && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return requested;
    } finally {
      lock.unlock();
    }
  }
}
