package io.walferry.apply;

import io.walferry.change.Position;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The order of batches that are under way: who may apply, and who may commit. One thread submits
 * them, any number works on them. A batch that cannot be applied beside others is given back to the
 * thread that submits, for when everything before it is durable. Safe for all of them.
 */
final class Turns {
  private final NanoClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** In the order of their commits. */
  private final Deque<Turn> underWay = new ArrayDeque<>();

  /** Those that nobody works on yet, in the same order. */
  private final Deque<Turn> untaken = new ArrayDeque<>();

  private final Set<Turn> givenBack = new HashSet<>();
  private long submitted;
  private long over;
  private long byteCount;
  private Position durable;
  private Optional<RuntimeException> failure = Optional.empty();
  private boolean closed;

  /** None yet. */
  Turns(Position durable, NanoClock clock) {
    this.clock = clock;
    this.durable = durable;
  }

  /** Behind all others. */
  void submit(Batch batch, Position end) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Turn turn = new Turn(++submitted, dependency(batch), batch, end);
      underWay.addLast(turn);
      untaken.addLast(turn);
      byteCount += batch.byteCount();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The last of those under way that touches what this one does. */
  private long dependency(Batch batch) {
    for (Iterator<Turn> latest = underWay.descendingIterator(); latest.hasNext(); ) {
      Turn turn = latest.next();
      if (turn.batch().meets(batch)) {
        return turn.number();
      }
    }
    return 0;
  }

  /** How many are not durable yet. */
  int count() {
    lock.lock();
    try {
      return underWay.size();
    } finally {
      lock.unlock();
    }
  }

  /** The bytes of those that are not durable yet. */
  long byteCount() {
    lock.lock();
    try {
      return byteCount;
    } finally {
      lock.unlock();
    }
  }

  /** The end of everything that is durable. */
  Position durable() {
    lock.lock();
    try {
      return durable;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is under way, and more has become durable. */
  void reached(Position position) {
    lock.lock();
    try {
      durable = position;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until it is enough, or a batch was given back whose turn it is.
   *
   * @return that batch; the caller makes it durable and says that it is {@link #over}
   * @throws RuntimeException what a commit has failed with, whose outcome is not known
   */
  Optional<Turn> await(BooleanSupplier enough) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        if (failure.isPresent()) {
          throw failure.get();
        }
        Optional<Turn> next = Optional.ofNullable(underWay.peekFirst()).filter(givenBack::contains);
        if (next.isPresent() || enough.getAsBoolean()) {
          return next;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits any more, and nobody commits. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The next that nobody works on; empty at the end. */
  Optional<Turn> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && untaken.isEmpty()) {
        changed.await();
      }
      return closed ? Optional.empty() : Optional.of(untaken.removeFirst());
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it may be applied; false at the end. */
  boolean awaitDependency(Turn turn) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && over < turn.after()) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it may be committed; false if that takes too long, or at the end. */
  boolean awaitTurn(Turn turn, Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = atMost.toNanos();
      while (!closed && over < turn.number() - 1 && nanos > 0) {
        nanos = clock.await(changed, nanos);
      }
      return !closed && over == turn.number() - 1;
    } finally {
      lock.unlock();
    }
  }

  /** It could not be applied beside others; nothing of it is at the destination. */
  void giveBack(Turn turn) {
    lock.lock();
    try {
      givenBack.add(turn);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** It is durable. */
  void over(Turn turn) {
    lock.lock();
    try {
      if (underWay.isEmpty() || underWay.getFirst().number() != turn.number()) {
        throw new WalferryException(
            ErrorCode.INTERNAL, "batch " + turn.number() + " was committed before its turn");
      }
      underWay.removeFirst();
      givenBack.remove(turn);
      over = turn.number();
      durable = turn.end();
      byteCount -= turn.batch().byteCount();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is durable is not known. */
  void fail(RuntimeException cause) {
    lock.lock();
    try {
      failure = failure.or(() -> Optional.of(cause));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
