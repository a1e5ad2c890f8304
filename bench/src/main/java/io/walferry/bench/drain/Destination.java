package io.walferry.bench.drain;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The server that clients write to, with the source's tables. */
final class Destination implements AutoCloseable {
  private final PostgresServer server;
  private Database database;

  private Destination(PostgresServer server, Database database) {
    this.server = server;
    this.database = database;
  }

  static Destination start(int major) throws SQLException {
    PostgresServer server = Servers.start(major);
    return new Destination(server, newDatabase(server));
  }

  private static Database newDatabase(PostgresServer server) throws SQLException {
    Database database = server.createDatabase("destination");
    database.execute(Servers.script("tables.sql"));
    return database;
  }

  PostgresServer server() {
    return server;
  }

  Database database() {
    return database;
  }

  /** A new database as each load finds it, without anything dirty left to write. */
  void reset() throws SQLException {
    database.close();
    database = newDatabase(server);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("vacuum analyze");
      statement.execute("checkpoint");
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
