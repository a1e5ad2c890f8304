package io.walferry.bench.compare;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The server that clients write to, with the source's tables. The benchmark looks at it through one
 * connection whose processor time counts for nobody. Not for several threads.
 */
final class Destination implements AutoCloseable {
  private final PostgresServer server;
  private Database database;
  private Connection connection;

  private Destination(PostgresServer server, Database database, Connection connection) {
    this.server = server;
    this.database = database;
    this.connection = connection;
  }

  static Destination start(int major) throws SQLException {
    PostgresServer server = Servers.start(major);
    Database database = newDatabase(server);
    return new Destination(server, database, database.connect());
  }

  private static Database newDatabase(PostgresServer server) throws SQLException {
    Database database = server.createDatabase("destination");
    database.execute(Servers.script("tables.sql"));
    return database;
  }

  Database database() {
    return database;
  }

  /** A new database as each load finds it, without anything dirty left to write. */
  void reset() throws SQLException {
    connection.close();
    database.close();
    database = newDatabase(server);
    connection = database.connect();
    execute("vacuum analyze");
    execute("checkpoint");
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the first row. */
  String query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return String.valueOf(result.getString(1));
    }
  }

  boolean holds(String condition) throws SQLException {
    return query("select " + condition).equals("t");
  }

  long count(String table) throws SQLException {
    return Long.parseLong(query("select count(*) from " + table));
  }

  /** All processes of the server that work for somebody else than the benchmark. */
  Set<Long> processes() throws SQLException, IOException {
    long own = Long.parseLong(query("select pg_backend_pid()"));
    return ProcessHandle.of(Servers.postmaster(server)).stream()
        .flatMap(ProcessHandle::children)
        .map(ProcessHandle::pid)
        .filter(pid -> pid != own)
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Override
  public void close() {
    server.close();
  }
}
