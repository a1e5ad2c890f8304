package io.walferry.library;

import io.walferry.change.Position;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Events that were handed to somebody and wait for their acknowledgement, in the order in which
 * they were, and between them the positions that may be saved once everything before is
 * acknowledged. Acknowledgements may come from any thread; everything else is for the thread that
 * delivers. The lock guards the fields only.
 */
final class Outstanding {
  private final int countMax;
  private final long bytesMax;
  private final NanoClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Handed> open = new ArrayDeque<>();
  private final Deque<Mark> marks = new ArrayDeque<>();
  private final Deque<Handed> failed = new ArrayDeque<>();
  private long number;
  private long bytes;
  private int count;
  private boolean closing;
  private boolean stopping;
  private boolean givenUp;

  /** When acknowledgements are not waited for any more, once the last wait has begun. */
  private OptionalLong drainUntilNanos = OptionalLong.empty();

  /** That nobody takes events any more, which another attempt does not change. */
  private Optional<CallbackFailure> broken = Optional.empty();

  /** What may be saved once so many events are acknowledged. */
  record Mark(long after, Position position, List<Ledger.Step> ledger) {
    Mark {
      ledger = List.copyOf(ledger);
    }
  }

  Outstanding(int countMax, long bytesMax, NanoClock clock) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
    this.clock = clock;
  }

  /** The clock that waits go by. */
  NanoClock clock() {
    return clock;
  }

  /** One event that somebody has. */
  final class Handed implements Acknowledgement {
    private final long index;
    private final Event event;
    private final Route.Call.Manual call;
    private final long size;
    private int attempts;
    private boolean said;
    private boolean acknowledged;
    private boolean forgotten;
    private Optional<Exception> cause = Optional.empty();

    private Handed(long index, Event event, Route.Call.Manual call, long size) {
      this.index = index;
      this.event = event;
      this.call = call;
      this.size = size;
    }

    Event event() {
      return event;
    }

    Route.Call.Manual call() {
      return call;
    }

    int attempts() {
      return attempts;
    }

    Exception cause() {
      return cause.orElseThrow();
    }

    /** It is about to be handed over, again maybe. */
    void attempt() {
      lock.lock();
      try {
        attempts++;
        said = false;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void done() {
      lock.lock();
      try {
        if (!said && !forgotten) {
          said = true;
          settle(this);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void failed(Exception why) {
      lock.lock();
      try {
        if (!said && !forgotten) {
          said = true;
          cause = Optional.of(why);
          failed.add(this);
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Counts as dealt with, whatever was said. */
    void reject() {
      lock.lock();
      try {
        settle(this);
      } finally {
        lock.unlock();
      }
    }
  }

  /** The lock is held. */
  private void settle(Handed handed) {
    if (handed.acknowledged || handed.forgotten) {
      return;
    }
    handed.acknowledged = true;
    bytes -= handed.size;
    count--;
    while (!open.isEmpty() && open.getFirst().acknowledged) {
      open.removeFirst();
    }
    changed.signalAll();
  }

  /** Another attempt begins: what is out comes again, so nobody's word counts any more. */
  void restart() {
    lock.lock();
    try {
      open.forEach(handed -> handed.forgotten = true);
      open.clear();
      failed.clear();
      marks.clear();
      bytes = 0;
      count = 0;
      givenUp = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A stop is on its way: whoever ends by it gives those who have events time to acknowledge them.
   * From any thread.
   */
  void announceStop() {
    lock.lock();
    try {
      closing = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whoever waits here ends, and nothing more is handed out. Behind {@link #announceStop}, once
   * those who run into it can tell that it is a stop. From any thread.
   */
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The same, until another attempt begins. From any thread. */
  void giveUp() {
    lock.lock();
    try {
      givenUp = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever takes the events has failed, whatever was said about them. From any thread. */
  void broken(CallbackFailure failure) {
    lock.lock();
    try {
      broken = Optional.of(failure);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  Optional<CallbackFailure> broken() {
    lock.lock();
    try {
      return broken;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosing() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  boolean isStopping() {
    lock.lock();
    try {
      return stopping;
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  Handed hand(Event event, Route.Call.Manual call, long size) {
    lock.lock();
    try {
      Handed handed = new Handed(number++, event, call, size);
      open.add(handed);
      bytes += size;
      count++;
      return handed;
    } finally {
      lock.unlock();
    }
  }

  /** Everything that was handed out up to here belongs to this. */
  void mark(Position position, List<Ledger.Step> ledger) {
    lock.lock();
    try {
      marks.add(new Mark(number, position, ledger));
    } finally {
      lock.unlock();
    }
  }

  /** The marks that nothing is open before any more. They stay until they are {@link #saved}. */
  List<Mark> reached() {
    lock.lock();
    try {
      long reached = open.isEmpty() ? Long.MAX_VALUE : open.getFirst().index;
      return marks.stream().takeWhile(mark -> mark.after <= reached).toList();
    } finally {
      lock.unlock();
    }
  }

  /** What {@link #reached} has told is durable. */
  void saved(List<Mark> reached) {
    lock.lock();
    try {
      reached.forEach(mark -> marks.removeFirst());
    } finally {
      lock.unlock();
    }
  }

  boolean hasMarks() {
    lock.lock();
    try {
      return !marks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  Optional<Handed> takeFailed() {
    lock.lock();
    try {
      return Optional.ofNullable(failed.poll());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until one more may be handed out, but only for a while, and not while a failure is to be
   * looked at.
   *
   * @throws WalferryException {@code INTERRUPTED} if the feed is to stop
   */
  boolean awaitRoom(long size, Duration atMost) {
    return await(() -> count == 0 || (count < countMax && bytes + size <= bytesMax), atMost);
  }

  /**
   * Waits until everything is acknowledged, be it to stop. Several waits share the time of the
   * first one. An interrupt, also an earlier one, ends them and nothing else: what is acknowledged
   * by then can still be saved.
   */
  boolean awaitNone(Duration atMost) {
    if (Thread.interrupted()) {
      endDrain();
    }
    lock.lock();
    try {
      if (drainUntilNanos.isEmpty()) {
        drainUntilNanos = OptionalLong.of(clock.nanoTime() + atMost.toNanos());
      }
      long nanos = drainUntilNanos.getAsLong() - clock.nanoTime();
      while (count > 0 && nanos > 0) {
        var unused = clock.await(changed, nanos);
        nanos = drainUntilNanos.getAsLong() - clock.nanoTime();
      }
    } catch (InterruptedException e) {
      drainUntilNanos = OptionalLong.of(clock.nanoTime());
    } finally {
      lock.unlock();
    }
    return count() == 0;
  }

  /** {@link #awaitNone} waits no more. From any thread. */
  void endDrain() {
    lock.lock();
    try {
      drainUntilNanos = OptionalLong.of(clock.nanoTime());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean await(BooleanSupplier reached, Duration most) {
    long nanos = TimeUnit.NANOSECONDS.convert(most);
    lock.lock();
    try {
      while (!reached.getAsBoolean() && failed.isEmpty() && broken.isEmpty() && nanos > 0) {
        requireGoing();
        nanos = clock.await(changed, nanos);
      }
      requireGoing();
      return reached.getAsBoolean();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits before another try.
   *
   * @throws WalferryException {@code INTERRUPTED} if the feed is to stop
   */
  void pause(Duration delay) {
    long nanos = TimeUnit.NANOSECONDS.convert(delay);
    lock.lock();
    try {
      while (nanos > 0) {
        requireGoing();
        nanos = clock.await(changed, nanos);
      }
      requireGoing();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  private void requireGoing() {
    if (stopping || givenUp) {
      throw new WalferryException(ErrorCode.INTERRUPTED, "stopped while events were delivered");
    }
  }

  private static WalferryException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new WalferryException(
        ErrorCode.INTERRUPTED, "interrupted while events were delivered", cause);
  }
}
