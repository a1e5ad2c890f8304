package io.walferry.bench.compare;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks about everybody at the source while a table is loaded. Each question is a transaction with
 * an id of its own: at a source where nothing happens the oldest xmin would always be the newest.
 * The xmin of the catalog does not count, for tables are vacuumed in spite of it.
 */
final class TableProbe implements SourceProbe {
  private static final String QUERY =
      """
      with others as (
        select pid, backend_xmin from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()),
      slots as (select xmin, restart_lsn from pg_replication_slots where database = current_database())
      select coalesce((select string_agg(pid::text, ',') from others), ''),
        greatest(0, (select max(age(backend_xmin)) from others), (select max(age(xmin)) from slots)),
        coalesce((select max(pg_current_wal_lsn() - restart_lsn) from slots), 0)::bigint\
      """;

  private final Source source;
  private final Connection connection;
  private final Statement statement;

  private TableProbe(Source source, Connection connection, Statement statement) {
    this.source = source;
    this.connection = connection;
    this.statement = statement;
  }

  static TableProbe open(Task task) throws SQLException {
    Connection connection = task.source().database().connect();
    Statement statement = connection.createStatement();
    statement.execute("set synchronous_commit = off");
    return new TableProbe(task.source(), connection, statement);
  }

  @Override
  public SourceState read() throws SQLException {
    statement.execute("select pg_current_xact_id()");
    try (ResultSet row = statement.executeQuery(QUERY)) {
      row.next();
      Set<Long> backends =
          Stream.of(row.getString(1).split(","))
              .filter(pid -> !pid.isEmpty())
              .map(Long::valueOf)
              .collect(Collectors.toSet());
      return new SourceState(backends, Optional.empty(), row.getLong(2), row.getLong(3));
    }
  }

  @Override
  public void close() throws SQLException {
    statement.close();
    connection.close();
    source.dropSlots();
  }
}
