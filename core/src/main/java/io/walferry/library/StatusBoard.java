package io.walferry.library;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The status of a feed, from any thread. Listeners hear of each change in their order, by one
 * thread at a time and without the lock.
 */
final class StatusBoard {
  private static final Logger LOG = LoggerFactory.getLogger(StatusBoard.class);

  private final List<StatusListener> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Move> untold = new ArrayDeque<>();
  private Status status = Status.STOPPED;
  private boolean telling;

  private record Move(Status before, Status now) {}

  void listen(StatusListener listener) {
    listeners.add(listener);
  }

  Status status() {
    lock.lock();
    try {
      return status;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it was stopped, and starts now. */
  boolean start() {
    lock.lock();
    try {
      if (status != Status.STOPPED) {
        return false;
      }
      set(Status.STARTING);
    } finally {
      lock.unlock();
    }
    tell();
    return true;
  }

  /** No effect if it is stopped. */
  void stopping() {
    lock.lock();
    try {
      if (status != Status.STOPPED && status != Status.STOPPING) {
        set(Status.STOPPING);
      }
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** No effect if it stops already. */
  void reach(Status now) {
    lock.lock();
    try {
      if (status != Status.STOPPED && status != Status.STOPPING && status != now) {
        set(now);
      }
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** From stopping to stopped; whatever ends by itself stops as well. */
  void stopped() {
    stopping();
    lock.lock();
    try {
      set(Status.STOPPED);
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** The lock is held. */
  private void set(Status now) {
    untold.add(new Move(status, now));
    status = now;
  }

  private void tell() {
    lock.lock();
    try {
      if (telling) {
        return;
      }
      telling = true;
      while (!untold.isEmpty()) {
        Move move = untold.remove();
        lock.unlock();
        try {
          listeners.forEach(listener -> tell(listener, move));
        } finally {
          lock.lock();
        }
      }
      telling = false;
    } finally {
      lock.unlock();
    }
  }

  /** Not ours: it may throw anything, declared or not, and the feed goes on. */
  private static void tell(StatusListener listener, Move move) {
    try {
      listener.changed(move.before(), move.now());
    } catch (Throwable e) {
      LOG.warn("A status listener has failed", e);
    }
  }
}
