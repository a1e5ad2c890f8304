package io.walferry.testkit.compare;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A transaction that reads one state of a database, in the session settings of comparisons. */
record Snapshot(Connection connection) implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          "set transaction isolation level repeatable read, read only",
          "set local timezone = 'UTC'",
          "set local datestyle = 'ISO, MDY'",
          "set local intervalstyle = 'postgres'",
          "set local extra_float_digits = 3",
          "set local bytea_output = 'hex'",
          "set local row_security = off",
          // The reg types print names relative to the search path.
          "set local search_path = pg_catalog");

  /** The connection must be in auto-commit mode, and is again when this is closed. */
  static Snapshot begin(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new IllegalArgumentException("A comparison needs a connection in auto-commit mode");
    }
    connection.setAutoCommit(false);
    if (isPostgres(connection)) {
      try (Statement statement = connection.createStatement()) {
        for (String setting : SETTINGS) {
          statement.execute(setting);
        }
      }
    }
    return new Snapshot(connection);
  }

  static boolean isPostgres(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
  }

  @Override
  public void close() throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }
}
