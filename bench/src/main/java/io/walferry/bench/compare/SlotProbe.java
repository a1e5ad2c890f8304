package io.walferry.bench.compare;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * Asks about the slot that a client drains, a copy of the one that has kept the load. Its xmin
 * counts with the catalog's, and only as far as the load goes.
 */
final class SlotProbe implements SourceProbe {
  private static final String QUERY =
      """
      select s.active_pid, (extract(epoch from a.query_start) * 1000000)::bigint,
        least(?, greatest(0, ? - least(s.xmin::text::bigint, s.catalog_xmin::text::bigint))),
        greatest(0, ?::pg_lsn - s.restart_lsn)::bigint
      from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid
      where s.slot_name = ?\
      """;

  private final Task task;
  private final Connection connection;
  private final PreparedStatement query;

  private SlotProbe(Task task, Connection connection, PreparedStatement query) {
    this.task = task;
    this.connection = connection;
    this.query = query;
  }

  static SlotProbe open(Task task) throws SQLException {
    task.source().copySlot(task.load().load(), task.slot());
    Connection connection = task.source().database().connect();
    PreparedStatement query = connection.prepareStatement(QUERY);
    // What is older than the load is held by the slots of other loads.
    query.setLong(1, task.load().xids());
    query.setLong(2, task.load().endXid());
    query.setString(3, task.load().end().toString());
    query.setString(4, task.slot());
    return new SlotProbe(task, connection, query);
  }

  @Override
  public SourceState read() throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      row.next();
      long walsender = row.getLong(1);
      Set<Long> backends = row.wasNull() ? Set.of() : Set.of(walsender);
      long started = row.getLong(2);
      Optional<Instant> since =
          row.wasNull()
              ? Optional.empty()
              : Optional.of(Instant.EPOCH.plus(started, ChronoUnit.MICROS));
      return new SourceState(backends, since, row.getLong(3), row.getLong(4));
    }
  }

  @Override
  public void close() throws SQLException {
    query.close();
    connection.close();
    task.source().dropSlot(task.slot());
  }
}
