package io.walferry.testkit.wait;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Waits for what another thread, process or server does by asking again and again: every 10 ms at
 * first, then less often, at last every 200 ms. A wait that expires fails the test, says what was
 * seen last and prints where each thread of this JVM stands. Any thread may call.
 *
 * <p>Every bound is multiplied by the system property {@code walferry.test.patience}, which is 1 by
 * default: a machine that has more to do is slow, not wrong.
 */
public final class Await {
  private static final String PATIENCE = "walferry.test.patience";
  private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

  private Await() {}

  /** Looks at what is waited for. What it throws fails the wait at once. */
  public interface Look<T> {
    T look() throws Exception;
  }

  /** Returns how long to wait here for what takes at most so long on a quiet machine. */
  public static Duration patience(Duration quiet) {
    return quiet.multipliedBy(Integer.getInteger(PATIENCE, 1));
  }

  /**
   * Returns what the first look sees that is as wanted.
   *
   * @param what completes the sentence "Waited in vain until …"
   * @param quiet the bound on a quiet machine
   */
  public static <T> T until(
      String what, Duration quiet, Look<T> look, Predicate<? super T> wanted) {
    Duration patience = patience(quiet);
    long start = System.nanoTime();
    long pause = PAUSE_NANOS_MIN;
    while (true) {
      T seen = look(what, look);
      if (wanted.test(seen)) {
        return seen;
      }
      if (System.nanoTime() - start > patience.toNanos()) {
        printThreads();
        throw new AssertionError(
            "Waited %s in vain until %s; last seen: %s".formatted(patience, what, seen));
      }
      LockSupport.parkNanos(pause);
      if (Thread.interrupted()) {
        throw new AssertionError("Interrupted while waiting until " + what);
      }
      pause = Math.min(2 * pause, PAUSE_NANOS_MAX);
    }
  }

  /** Returns once a look says that it is so. */
  public static void until(String what, Duration quiet, Look<Boolean> look) {
    boolean unused = until(what, quiet, look, seen -> seen);
  }

  private static <T> T look(String what, Look<T> look) {
    try {
      return look.look();
    } catch (Exception e) {
      throw new AssertionError("Cannot tell whether " + what, e);
    }
  }

  private static void printThreads() {
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      System.out.println(thread.getKey());
      for (StackTraceElement frame : thread.getValue()) {
        System.out.println("  at " + frame);
      }
    }
  }
}
