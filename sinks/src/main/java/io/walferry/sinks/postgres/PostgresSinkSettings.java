package io.walferry.sinks.postgres;

import java.time.Duration;

/**
 * How a PostgreSQL destination is written.
 *
 * @param lockTimeout how long to wait for a lock that somebody else holds; at least a millisecond
 * @param loadBytesPerCommit how much of a first load one destination transaction carries
 * @param pendingBytes how much of the open transaction may wait here until it is sent
 */
public record PostgresSinkSettings(
    Duration lockTimeout, long loadBytesPerCommit, long pendingBytes) {
  public static final PostgresSinkSettings DEFAULT =
      new PostgresSinkSettings(Duration.ofSeconds(10), 32L << 20, 4L << 20);

  public PostgresSinkSettings {
    if (lockTimeout.toMillis() < 1 || lockTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "lockTimeout is between 1 millisecond and 1 hour, but this is " + lockTimeout);
    }
    if (loadBytesPerCommit < 1 || pendingBytes < 1) {
      throw new IllegalArgumentException("Sizes are at least 1 byte");
    }
  }
}
