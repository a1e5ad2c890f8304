package io.walferry.pipeline;

import java.time.Duration;

/**
 * When a batch of whole source transactions is committed at the destination: as soon as one of the
 * limits is reached and the transaction under way has ended.
 *
 * @param time since the batch began; the delay that batching adds
 */
public record BatchLimits(int rows, long bytes, Duration time) {
  public static final BatchLimits DEFAULT =
      new BatchLimits(10_000, 16L << 20, Duration.ofMillis(50));

  public BatchLimits {
    if (rows <= 0 || bytes <= 0 || time.isNegative()) {
      throw new IllegalArgumentException("Limits must be positive");
    }
  }
}
