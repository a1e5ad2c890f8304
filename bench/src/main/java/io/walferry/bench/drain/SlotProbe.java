package io.walferry.bench.drain;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Asks the source about one slot, on a connection of its own. Not for several threads. */
final class SlotProbe implements AutoCloseable {
  private static final String QUERY =
      """
      select s.active_pid, (extract(epoch from a.query_start) * 1000000)::bigint,
        least(?, greatest(0, ? - least(s.xmin::text::bigint, s.catalog_xmin::text::bigint))),
        greatest(0, ?::pg_lsn - s.restart_lsn)::bigint
      from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid
      where s.slot_name = ?\
      """;

  private final Connection connection;
  private final PreparedStatement query;

  private SlotProbe(Connection connection, PreparedStatement query) {
    this.connection = connection;
    this.query = query;
  }

  static SlotProbe open(Drain drain) throws SQLException {
    Connection connection = drain.source().database().connect();
    PreparedStatement query = connection.prepareStatement(QUERY);
    // What is older than the load is held by the slots of other loads.
    query.setLong(1, drain.load().xids());
    query.setLong(2, drain.load().endXid());
    query.setString(3, drain.load().end().toString());
    query.setString(4, drain.slot());
    return new SlotProbe(connection, query);
  }

  SlotState read() throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      row.next();
      long walsender = row.getLong(1);
      Optional<Long> pid = row.wasNull() ? Optional.empty() : Optional.of(walsender);
      long started = row.getLong(2);
      Optional<Instant> since =
          row.wasNull()
              ? Optional.empty()
              : Optional.of(Instant.EPOCH.plus(started, ChronoUnit.MICROS));
      return new SlotState(pid, since, row.getLong(3), row.getLong(4));
    }
  }

  @Override
  public void close() throws SQLException {
    query.close();
    connection.close();
  }
}
