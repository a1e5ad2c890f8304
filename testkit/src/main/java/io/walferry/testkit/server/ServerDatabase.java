package io.walferry.testkit.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** One database of a server; closing it drops it. */
public interface ServerDatabase extends AutoCloseable {
  DatabaseServer server();

  String name();

  default Connection connect() throws SQLException {
    return server().connect(name());
  }

  default String jdbcUrl() {
    return server().jdbcUrl(name());
  }

  default String uri() {
    return server().uri(name());
  }

  /** Runs SQL on a connection of its own; PostgreSQL takes several statements at once. */
  default void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Drops the database; no effect if it is gone or the server does not run. */
  @Override
  void close() throws SQLException;
}
