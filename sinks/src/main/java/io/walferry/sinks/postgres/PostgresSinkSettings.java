package io.walferry.sinks.postgres;

import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import java.time.Duration;

/**
 * How a PostgreSQL destination is written.
 *
 * @param lockTimeout how long to wait for a lock that somebody else holds; at least a millisecond
 * @param silenceMax how long the destination may leave a statement, or what is sent to it, without
 *     an answer until the connection counts as lost. A commit that waits for a synchronous standby
 *     and a slow trigger need their time as well; indexes that are made and tables that are emptied
 *     may take any
 * @param pendingBytes how much of the open transaction may wait here until it is sent
 * @param existing what becomes of rows that are there before a first load
 * @param ddl what becomes of tables when those of the source are altered
 */
public record PostgresSinkSettings(
    Duration lockTimeout,
    Duration silenceMax,
    long pendingBytes,
    ExistingRows existing,
    DdlPolicies ddl) {
  public static final PostgresSinkSettings DEFAULT =
      new PostgresSinkSettings(
          Duration.ofSeconds(10),
          Duration.ofMinutes(15),
          4L << 20,
          ExistingRows.REFUSE,
          DdlPolicies.DEFAULT);

  public PostgresSinkSettings {
    if (lockTimeout.toMillis() < 1 || lockTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "lockTimeout is between 1 millisecond and 1 hour, but this is " + lockTimeout);
    }
    if (silenceMax.compareTo(lockTimeout) <= 0) {
      throw new IllegalArgumentException(
          "silenceMax is longer than lockTimeout, but this is " + silenceMax);
    }
    if (pendingBytes < 1) {
      throw new IllegalArgumentException("pendingBytes is at least 1, but this is " + pendingBytes);
    }
  }

  public PostgresSinkSettings withExisting(ExistingRows rows) {
    return new PostgresSinkSettings(lockTimeout, silenceMax, pendingBytes, rows, ddl);
  }

  public PostgresSinkSettings withLockTimeout(Duration timeout) {
    return new PostgresSinkSettings(timeout, silenceMax, pendingBytes, existing, ddl);
  }

  public PostgresSinkSettings withSilenceMax(Duration most) {
    return new PostgresSinkSettings(lockTimeout, most, pendingBytes, existing, ddl);
  }

  public PostgresSinkSettings withDdl(DdlPolicies chosen) {
    return new PostgresSinkSettings(lockTimeout, silenceMax, pendingBytes, existing, chosen);
  }
}
