package io.walferry.bench.compare;

import io.walferry.change.Lsn;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** The server whose changes the logs hold, with a database for each load. */
final class ApplySource implements AutoCloseable {
  /** The same text in every database that has the table's rows. */
  static final String DIGEST =
      "select count(*), sum(id), sum(customer), min(id), max(id), count(note),"
          + " sum(case when status = 'paid' then id else 0 end) from apply_rows";

  static final String PUBLICATION = "bench_apply";

  private final PostgresServer server;

  private ApplySource(PostgresServer server) {
    this.server = server;
  }

  static ApplySource start(int major) {
    return new ApplySource(Servers.start(major));
  }

  PostgresServer server() {
    return server;
  }

  /** A new database whose table a load has written, and the log of it. */
  FilledLog fill(Database database, ApplyLoad load, long rows, Path directory) throws SQLException {
    String slot = "bench_apply_" + load.label();
    database.execute(Servers.script("apply.sql"));
    database.execute("create table bench_mark (load text primary key)");
    database.execute("create publication " + PUBLICATION + " for table apply_rows, bench_mark");
    query(database, "select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
    if (load == ApplyLoad.MIX) {
      call(database, "call apply_inserts(%d)".formatted(rows));
    }
    Lsn begin = Lsn.parse(query(database, "select pg_current_wal_insert_lsn()"));
    call(database, "call apply_%s(%d)".formatted(load.label(), rows));
    Lsn end = Lsn.parse(query(database, "select pg_current_wal_insert_lsn()"));
    database.execute("insert into bench_mark values ('end')");
    PostgresConnector connector =
        new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "walferry bench");
    long counted =
        LogFilling.fill(new LogFilling.From(connector, slot, PUBLICATION), directory, begin, end);
    query(database, "select pg_drop_replication_slot('%s')".formatted(slot));
    return new FilledLog(load, directory, begin, end, counted, query(database, DIGEST));
  }

  /** The first row, its columns separated by blanks. */
  static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      StringBuilder text = new StringBuilder();
      for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
        text.append(column == 1 ? "" : " ").append(result.getString(column));
      }
      return text.toString();
    }
  }

  private static String query(Database database, String sql) throws SQLException {
    try (Connection connection = database.connect()) {
      return query(connection, sql);
    }
  }

  private static void call(Database database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("set synchronous_commit = off");
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
