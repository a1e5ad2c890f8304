package io.walferry.sinks.sqlite;

import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import java.time.Duration;

/**
 * How a SQLite destination is written.
 *
 * @param busyTimeout how long to wait for another process that holds the database's write lock
 * @param existing what becomes of rows that are there before a first load
 * @param ddl what becomes of tables when those of the source are altered
 */
public record SqliteSettings(Duration busyTimeout, ExistingRows existing, DdlPolicies ddl) {
  public static final SqliteSettings DEFAULT =
      new SqliteSettings(Duration.ofSeconds(10), ExistingRows.REFUSE, DdlPolicies.DEFAULT);

  public SqliteSettings withExisting(ExistingRows rows) {
    return new SqliteSettings(busyTimeout, rows, ddl);
  }

  public SqliteSettings withDdl(DdlPolicies chosen) {
    return new SqliteSettings(busyTimeout, existing, chosen);
  }

  public SqliteSettings {
    if (busyTimeout.isNegative() || busyTimeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "busyTimeout is between 0 and 1 hour, but this is " + busyTimeout);
    }
  }
}
