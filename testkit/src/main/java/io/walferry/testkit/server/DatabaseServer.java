package io.walferry.testkit.server;

import java.sql.Connection;
import java.sql.SQLException;

/** A server that holds databases, each of which is reached by its name. */
public interface DatabaseServer extends AutoCloseable {
  /** Connects as the user who may do everything. */
  Connection connect(String database) throws SQLException;

  /** A URL for JDBC. */
  String jdbcUrl(String database);

  /** A URI with user and password, as programs of the server's own world take it. */
  String uri(String database);

  /** Creates an empty database whose name starts with the prefix and is new on every server. */
  ServerDatabase createDatabase(String prefix) throws SQLException;

  boolean isRunning();

  /** Ends the server for good. */
  @Override
  void close();
}
