package io.walferry.buffer;

import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * A queue between threads, bounded by the bytes of its elements and of the one that was taken last,
 * which counts until the next {@link #poll}. One element is let in without any other, however
 * large, so that something beyond the bound can pass. Safe for any number of threads that put, and
 * one that takes.
 */
public final class ByteBoundedQueue<T> {
  /** A long element has more than this part of the bound. */
  private static final int LONG_PARTS = 8;

  private final long bytesMax;
  private final ToLongFunction<T> byteSize;
  private final NanoClock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomMade = lock.newCondition();
  private final Condition elementCame = lock.newCondition();
  private final Deque<T> elements = new ArrayDeque<>();
  private long bytes;
  private long bytesTaken;

  /** Whether the last poll found nothing, or is still waiting. */
  private boolean idle = true;

  private boolean ended;
  private boolean woken;

  public ByteBoundedQueue(long bytesMax, ToLongFunction<T> byteSize, NanoClock clock) {
    this.bytesMax = bytesMax;
    this.byteSize = byteSize;
    this.clock = clock;
  }

  /**
   * Waits until there is room for an element of that size, so that the only thread that puts need
   * not make it before. A long one waits until a poll finds nothing: the thread that takes may have
   * stored what it took before, and hold much of it, which is not counted here.
   *
   * @return false after {@link #end}
   */
  public boolean awaitRoom(long size) throws InterruptedException {
    boolean isLong = size > bytesMax / LONG_PARTS;
    lock.lockInterruptibly();
    try {
      while (!ended && !(isLong ? idle && bytes == 0 : fits(size))) {
        roomMade.await();
      }
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(long size) {
    return bytes == 0 || bytes + size <= bytesMax;
  }

  /** Waits for room. After {@link #end} the element is dropped. */
  public void put(T element) throws InterruptedException {
    long size = byteSize.applyAsLong(element);
    lock.lockInterruptibly();
    try {
      while (!ended && !fits(size)) {
        roomMade.await();
      }
      if (!ended) {
        elements.add(element);
        bytes += size;
        elementCame.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** No more elements come; those inside can still be taken. */
  public void end() {
    lock.lock();
    try {
      ended = true;
      roomMade.signalAll();
      elementCame.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** From now on {@link #poll} finds nothing and does not wait. */
  public void wake() {
    lock.lock();
    try {
      woken = true;
      elementCame.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next element, once the caller has let go of the one before it. Empty when the time is
   * over, when the queue has ended or was woken.
   */
  public Optional<T> poll(Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      release();
      idle = elements.isEmpty();
      while (elements.isEmpty() && !ended && !woken && nanos > 0) {
        nanos = clock.await(elementCame, nanos);
      }
      if (woken || elements.isEmpty()) {
        return Optional.empty();
      }
      T element = elements.remove();
      idle = false;
      bytesTaken = byteSize.applyAsLong(element);
      return Optional.of(element);
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    bytes -= bytesTaken;
    bytesTaken = 0;
    roomMade.signalAll();
  }

  public boolean isWoken() {
    lock.lock();
    try {
      return woken;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #end} was called and every element was taken. */
  public boolean isDone() {
    lock.lock();
    try {
      return ended && elements.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
