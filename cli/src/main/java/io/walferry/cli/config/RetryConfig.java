package io.walferry.cli.config;

import io.walferry.pipeline.RetryPolicy;
import java.time.Duration;

/**
 * How long to wait before another try.
 *
 * @param most the wait doubles up to this
 * @param slotWait how long to wait for a slot that another process holds
 */
public record RetryConfig(Duration first, Duration most, Duration slotWait) {
  static final RetryConfig DEFAULTS =
      new RetryConfig(
          RetryPolicy.DEFAULT.first(), RetryPolicy.DEFAULT.most(), RetryPolicy.DEFAULT.bounded());
}
