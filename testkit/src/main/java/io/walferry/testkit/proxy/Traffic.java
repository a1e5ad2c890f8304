package io.walferry.testkit.proxy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The lasting faults and the counts of a proxy, and the place where threads wait for both. */
final class Traffic {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Direction> stalled = EnumSet.noneOf(Direction.class);
  private final Map<Direction, Cut> cuts = new EnumMap<>(Direction.class);
  private final Map<Direction, Long> bytes = new EnumMap<>(Direction.class);
  private Duration latency = Duration.ZERO;
  private long connections;

  /** Changes something and wakes all who wait. */
  private void change(Runnable action) {
    lock.lock();
    try {
      action.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void latency(Duration newLatency) {
    change(() -> latency = newLatency);
  }

  void stall(Direction direction) {
    change(() -> stalled.add(direction));
  }

  void cut(Direction direction, Cut cut) {
    change(() -> cuts.put(direction, cut));
  }

  void heal() {
    change(
        () -> {
          stalled.clear();
          cuts.clear();
          latency = Duration.ZERO;
        });
  }

  /** Wakes the threads of a closed connection. */
  void wake() {
    change(() -> {});
  }

  void connected() {
    change(() -> connections++);
  }

  void forwarded(Direction direction, long count) {
    change(() -> bytes.merge(direction, count, Long::sum));
  }

  long latencyNanos() {
    lock.lock();
    try {
      return latency.toNanos();
    } finally {
      lock.unlock();
    }
  }

  long connections() {
    lock.lock();
    try {
      return connections;
    } finally {
      lock.unlock();
    }
  }

  long bytes(Direction direction) {
    lock.lock();
    try {
      return bytes.getOrDefault(direction, 0L);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until bytes may go that way, at the given moment at the earliest, or the connection is
   * closed; returns the cut in force.
   */
  Optional<Cut> awaitClearance(Direction direction, long dueNanos, BooleanSupplier closed)
      throws InterruptedException {
    lock.lock();
    try {
      while (!closed.getAsBoolean()) {
        long remaining = dueNanos - System.nanoTime();
        if (stalled.contains(direction)) {
          changed.await();
        } else if (remaining > 0) {
          changed.awaitNanos(remaining);
        } else {
          break;
        }
      }
      return Optional.ofNullable(cuts.get(direction));
    } finally {
      lock.unlock();
    }
  }

  /** Whether this cut may be carried out; a cut meant for one connection is then used up. */
  boolean claim(Direction direction, Cut cut) {
    lock.lock();
    try {
      return cut.everyConnection() || cuts.remove(direction, cut);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a condition over the counts. */
  void await(BooleanSupplier condition, String what, Duration timeout) {
    long remaining = timeout.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (remaining <= 0) {
          throw new IllegalStateException("Not within " + timeout + ": " + what);
        }
        remaining = changed.awaitNanos(remaining);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + what, e);
    } finally {
      lock.unlock();
    }
  }
}
