package io.walferry.bench.compare;

import io.walferry.change.Lsn;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The server with the loads, each of which is written once; those in the log behind a slot that
 * keeps it.
 */
final class Source implements AutoCloseable {
  private final PostgresServer server;
  private final Database database;

  private Source(PostgresServer server, Database database) {
    this.server = server;
    this.database = database;
  }

  static Source start(int major) throws SQLException {
    PostgresServer server = Servers.start(major);
    Database database = server.createDatabase("source");
    database.execute(Servers.script("tables.sql"));
    database.execute(Servers.script("loads.sql"));
    return new Source(server, database);
  }

  PostgresServer server() {
    return server;
  }

  Database database() {
    return database;
  }

  String version() throws SQLException {
    try (Connection connection = database.connect()) {
      return single(connection, "select version()");
    }
  }

  /** Writes a load after its base slot; nothing else may write meanwhile. */
  PreparedLoad prepare(Load load, long rowsWanted) throws SQLException {
    long rows = load.rows(rowsWanted);
    return load.isStreamed() ? prepareLog(load, rows) : prepareTable(load, rows);
  }

  private PreparedLoad prepareLog(Load load, long rows) throws SQLException {
    long transactions = load.transactions(rows);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("checkpoint");
      single(
          connection,
          "select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(load.baseSlot()));
      Lsn start = walEnd(connection);
      long startXid = nextXid(connection);
      write(load, rows, transactions);
      // What is dirty must not be written while somebody is measured; a checkpoint also logs the
      // running transactions, which lets a slot move its xmin.
      statement.execute("checkpoint");
      Lsn end = walEnd(connection);
      long endXid = nextXid(connection);
      statement.execute("insert into bench_mark values ('%s')".formatted(load.label()));
      long xids = endXid - startXid;
      return new PreparedLoad(load, rows, transactions, end, endXid, xids, end.bytesSince(start));
    }
  }

  /** Written in the past: nothing of it is left to clean up or to write to the disc. */
  private PreparedLoad prepareTable(Load load, long rows) throws SQLException {
    long transactions = load.transactions(rows);
    write(load, rows, transactions);
    String table = load.insertedTable();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("vacuum analyze " + table);
      statement.execute("checkpoint");
      long bytes = Long.parseLong(single(connection, "select pg_table_size('" + table + "')"));
      return new PreparedLoad(
          load, rows, transactions, walEnd(connection), nextXid(connection), 0, bytes);
    }
  }

  private void write(Load load, long rows, long transactions) throws SQLException {
    switch (load) {
      case L1, TABLE -> call("call write_l1(%d)".formatted(rows));
      case L2 -> call("call write_l2(%d)".formatted(rows));
      case L3 -> writeSmall(transactions / Load.L3_WRITERS);
      case L4 -> call("call write_l4(%d)".formatted(rows));
    }
  }

  private void writeSmall(long transactionsEach) throws SQLException {
    try (ExecutorService writers = Executors.newFixedThreadPool(Load.L3_WRITERS)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int writer = 0; writer < Load.L3_WRITERS; writer++) {
        String sql = "call write_l3(%d, 0.%d)".formatted(transactionsEach, writer + 1);
        calls.add(
            writers.submit(
                () -> {
                  call(sql);
                  return sql;
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    } catch (ExecutionException e) {
      throw new SQLException("A writer failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("Interrupted while a load was written", e);
    }
  }

  /** The log is the same, and its commits need not wait for the disc. */
  private void call(String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("set synchronous_commit = off");
      statement.execute(sql);
    }
  }

  /** Makes a slot that stands where the load begins. */
  void copySlot(Load load, String slot) throws SQLException {
    try (Connection connection = database.connect()) {
      single(
          connection,
          "select pg_copy_logical_replication_slot('%s', '%s')".formatted(load.baseSlot(), slot));
    }
  }

  void dropSlot(String slot) throws SQLException {
    try (Connection connection = database.connect();
        PreparedStatement end =
            connection.prepareStatement(
                "select pg_terminate_backend(active_pid, 10000) from pg_replication_slots"
                    + " where slot_name = ? and active")) {
      end.setString(1, slot);
      end.execute();
      single(connection, "select pg_drop_replication_slot('%s')".formatted(slot));
    }
  }

  /** Whatever a client has left. */
  void dropSlots() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet slots =
            statement.executeQuery(
                "select slot_name from pg_replication_slots where database = current_database()")) {
      while (slots.next()) {
        names.add(slots.getString(1));
      }
    }
    for (String name : names) {
      dropSlot(name);
    }
  }

  private static Lsn walEnd(Connection connection) throws SQLException {
    return Lsn.parse(single(connection, "select pg_current_wal_insert_lsn()"));
  }

  private static long nextXid(Connection connection) throws SQLException {
    return Long.parseLong(single(connection, "select pg_snapshot_xmax(pg_current_snapshot())"));
  }

  private static String single(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return String.valueOf(result.getString(1));
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
