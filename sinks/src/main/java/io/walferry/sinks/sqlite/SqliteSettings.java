package io.walferry.sinks.sqlite;

import java.time.Duration;

/**
 * How a SQLite destination is written.
 *
 * @param busyTimeout how long to wait for another process that holds the database's write lock
 * @param loadBytesPerCommit how much of a first load one destination transaction carries, which
 *     bounds the write-ahead file; changes that follow are committed as the pipeline asks
 */
public record SqliteSettings(Duration busyTimeout, long loadBytesPerCommit) {
  public static final SqliteSettings DEFAULT =
      new SqliteSettings(Duration.ofSeconds(10), 32L << 20);

  public SqliteSettings {
    if (busyTimeout.isNegative() || busyTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "busyTimeout is between 0 and 1 hour, but this is " + busyTimeout);
    }
    if (loadBytesPerCommit < 1) {
      throw new IllegalArgumentException(
          "loadBytesPerCommit is at least 1, but this is " + loadBytesPerCommit);
    }
  }
}
