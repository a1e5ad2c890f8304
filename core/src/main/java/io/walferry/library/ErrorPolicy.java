package io.walferry.library;

import java.time.Duration;

/** Decides about callbacks that fail; asked on the thread that delivers. */
@FunctionalInterface
public interface ErrorPolicy {
  Reaction react(CallbackFailure failure);

  /** The first failure stops the feed. */
  static ErrorPolicy stop() {
    return failure -> Reaction.Stop.STOP;
  }

  /** Events whose callback fails are rejected. */
  static ErrorPolicy reject() {
    return failure -> Reaction.Reject.REJECT;
  }

  /**
   * Tries again.
   *
   * @param first the wait after the first failure; it doubles up to {@code most}
   * @param attempts in all, the first one included
   * @param last decides when they have all failed
   */
  static ErrorPolicy retry(Duration first, Duration most, int attempts, ErrorPolicy last) {
    if (!first.isPositive() || most.compareTo(first) < 0 || attempts < 1) {
      throw new IllegalArgumentException("The waits must be positive and in order");
    }
    return failure -> {
      if (failure.attempts() >= attempts) {
        return last.react(failure);
      }
      Duration delay = first.multipliedBy(1L << Math.min(failure.attempts() - 1, 20));
      return new Reaction.Retry(delay.compareTo(most) < 0 ? delay : most);
    };
  }
}
