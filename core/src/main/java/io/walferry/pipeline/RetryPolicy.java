package io.walferry.pipeline;

import io.walferry.error.ErrorCode;
import java.time.Duration;

/**
 * How long to wait before another try, and when to stop trying.
 *
 * @param first the wait after the first failure; it doubles with each further one
 * @param most the longest wait
 * @param bounded how long failures that ought to pass by themselves (an active slot) are tried
 *     again in total
 */
public record RetryPolicy(Duration first, Duration most, Duration bounded) {
  /** The server gives up a process that has died without a word after a minute by default. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(90));

  private static final int DOUBLINGS_MAX = 20;

  public RetryPolicy {
    if (!first.isPositive() || most.compareTo(first) < 0 || bounded.isNegative()) {
      throw new IllegalArgumentException("The waits must be positive and in order");
    }
  }

  /**
   * Whether to try again.
   *
   * @param failingFor since the first of the failures in a row that ought to pass by themselves
   */
  boolean allows(ErrorCode code, Duration failingFor) {
    return switch (code.retry()) {
      case NEVER -> false;
      case BOUNDED -> failingFor.compareTo(bounded) < 0;
      case ALWAYS -> true;
    };
  }

  /**
   * The wait before the next try.
   *
   * @param failures in a row, at least 1
   */
  Duration delay(int failures) {
    Duration delay = first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
    return delay.compareTo(most) < 0 ? delay : most;
  }
}
