package io.walferry.sinks.sqlserver;

import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.type.LossPolicies;
import java.time.Duration;

/**
 * How a SQL Server destination is written.
 *
 * @param lockTimeout how long to wait for a lock that somebody else holds: chunks of one table may
 *     have to wait for one another, since the server locks whole tables for many rows
 * @param silenceMax how long the destination may leave a statement, or what is sent to it, without
 *     an answer until the connection counts as lost. Indexes that are made and tables that are
 *     emptied may take any time
 * @param pendingBytes how much of the open transaction may wait here until it is sent
 * @param existing what becomes of rows that are there before a first load
 * @param policies what becomes of values that a native column cannot hold
 * @param ddl what becomes of its tables when the source's are altered
 */
public record SqlServerSinkSettings(
    Duration lockTimeout,
    Duration silenceMax,
    long pendingBytes,
    ExistingRows existing,
    LossPolicies policies,
    DdlPolicies ddl) {
  public static final SqlServerSinkSettings DEFAULT =
      new SqlServerSinkSettings(
          Duration.ofMinutes(1),
          Duration.ofMinutes(15),
          4L << 20,
          ExistingRows.REFUSE,
          LossPolicies.FAIL,
          DdlPolicies.DEFAULT);

  public SqlServerSinkSettings {
    if (lockTimeout.toSeconds() < 1 || lockTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "lockTimeout is between 1 second and 1 hour, but this is " + lockTimeout);
    }
    if (silenceMax.compareTo(lockTimeout) <= 0) {
      throw new IllegalArgumentException(
          "silenceMax is longer than lockTimeout, but this is " + silenceMax);
    }
    if (pendingBytes < 1) {
      throw new IllegalArgumentException("pendingBytes is at least 1, but this is " + pendingBytes);
    }
  }

  public SqlServerSinkSettings withExisting(ExistingRows rows) {
    return new SqlServerSinkSettings(lockTimeout, silenceMax, pendingBytes, rows, policies, ddl);
  }

  public SqlServerSinkSettings withLockTimeout(Duration timeout) {
    return new SqlServerSinkSettings(timeout, silenceMax, pendingBytes, existing, policies, ddl);
  }

  public SqlServerSinkSettings withSilenceMax(Duration most) {
    return new SqlServerSinkSettings(lockTimeout, most, pendingBytes, existing, policies, ddl);
  }

  public SqlServerSinkSettings withPolicies(LossPolicies chosen) {
    return new SqlServerSinkSettings(lockTimeout, silenceMax, pendingBytes, existing, chosen, ddl);
  }

  public SqlServerSinkSettings withDdl(DdlPolicies chosen) {
    return new SqlServerSinkSettings(
        lockTimeout, silenceMax, pendingBytes, existing, policies, chosen);
  }
}
