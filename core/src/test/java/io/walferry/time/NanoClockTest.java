package io.walferry.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.wait.Await;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

final class NanoClockTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final MovableClock clock = MovableClock.stopped();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition condition = lock.newCondition();

  @Test
  void stopwatchMeasuresWhatTheClockHasMoved() {
    Stopwatch watch = Stopwatch.start(clock);
    assertTrue(watch.hasReached(Duration.ZERO));
    clock.advance(Duration.ofSeconds(2));
    assertEquals(Duration.ofSeconds(2), watch.elapsed());
    assertTrue(watch.hasReached(Duration.ofSeconds(2)));
    assertFalse(watch.hasReached(Duration.ofSeconds(3)));
    assertEquals(Duration.ofSeconds(1), watch.left(Duration.ofSeconds(3)));
    assertEquals(Duration.ZERO, watch.left(Duration.ofSeconds(1)));
    assertEquals(Duration.ZERO, watch.restart().elapsed());
  }

  /** The origin of a clock is arbitrary, so a moment may be negative or overflow. */
  @Test
  void stopwatchMeasuresAcrossAnOverflow() {
    Stopwatch watch = new Stopwatch(() -> Long.MIN_VALUE + 4, Long.MAX_VALUE - 5);
    assertEquals(Duration.ofNanos(10), watch.elapsed());
  }

  @Test
  void waitEndsWhenTheClockWasMovedFarEnough() throws Exception {
    AtomicLong endedAt = new AtomicLong();
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              boolean came = signalledWithinAnHour();
              endedAt.set(clock.nanoTime());
              return came;
            });
    awaitAWaiter();
    Await.until("the wait is over", PATIENCE, () -> isOverWithAMove(waiting));
    assertFalse(waiting.get());
    assertTrue(endedAt.get() >= HOUR.toNanos(), () -> "ended at " + endedAt.get());
  }

  private boolean isOverWithAMove(CompletableFuture<?> waiting) {
    boolean over = waiting.isDone();
    if (!over) {
      clock.advance(Duration.ofMinutes(20));
    }
    return over;
  }

  private void awaitAWaiter() {
    Await.until(
        "a thread waits",
        PATIENCE,
        () -> {
          lock.lock();
          try {
            return lock.hasWaiters(condition);
          } finally {
            lock.unlock();
          }
        });
  }

  private boolean signalled;

  private boolean signalledWithinAnHour() {
    lock.lock();
    try {
      long nanos = HOUR.toNanos();
      while (!signalled && nanos > 0) {
        nanos = clock.await(condition, nanos);
      }
      return signalled;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  @Test
  void waitEndsWhenItIsSignalled() throws Exception {
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(this::signalledWithinAnHour);
    awaitAWaiter();
    lock.lock();
    try {
      signalled = true;
      condition.signal();
    } finally {
      lock.unlock();
    }
    assertTrue(waiting.get());
  }

  @Test
  void pauseEndsWhenTheClockWasMovedFarEnough() throws Exception {
    CompletableFuture<Long> endedAt =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                clock.pause(HOUR);
                return clock.nanoTime();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    Await.until("the pause is over", PATIENCE, () -> isOverWithAMove(endedAt));
    assertTrue(endedAt.get() >= HOUR.toNanos(), () -> "ended at " + endedAt.join());
  }

  @Test
  void clockIsNotMovedBack() {
    assertThrows(IllegalArgumentException.class, () -> clock.advance(Duration.ofNanos(-1)));
  }

  @Test
  void runningClockGoesOnByItself() {
    NanoClock running = MovableClock.running();
    Stopwatch watch = Stopwatch.start(running);
    Await.until("a millisecond is over", PATIENCE, () -> watch.hasReached(Duration.ofMillis(1)));
  }

  @Test
  void joinIsNotCutShortByAnInterruptWhichStays() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Thread awaited = Thread.ofPlatform().start(() -> awaitQuietly(end));
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  boolean joined = NanoClock.system().join(awaited, HOUR);
                  ended.complete(joined && Thread.interrupted());
                });
    Await.until(
        "it waits though it was interrupted",
        PATIENCE,
        waiting::getState,
        state -> state == Thread.State.TIMED_WAITING);
    end.countDown();
    assertTrue(ended.get(1, TimeUnit.MINUTES));
  }

  @Test
  void joinEndsWithItsTime() {
    CountDownLatch end = new CountDownLatch(1);
    Thread awaited = Thread.ofPlatform().start(() -> awaitQuietly(end));
    assertFalse(NanoClock.system().join(awaited, Duration.ofNanos(1)));
    end.countDown();
    assertTrue(NanoClock.system().join(awaited, HOUR));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
