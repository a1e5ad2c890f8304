package io.walferry.cli.config;

import java.time.Duration;

/**
 * How long to wait before another try.
 *
 * @param most the wait doubles up to this
 * @param slotWait how long to wait for a slot that another process holds
 */
public record RetryConfig(Duration first, Duration most, Duration slotWait) {
  static final RetryConfig DEFAULTS =
      new RetryConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(60));
}
