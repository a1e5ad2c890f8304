package io.walferry.sinks.postgres;

import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one session at the destination and its open transaction. Not for several threads. */
final class DestinationDatabase implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DestinationDatabase.class);

  /**
   * A commit has to be durable whatever the server or the role says. With these intervals the
   * server notices within about a minute that a predecessor's machine is gone, and lets go of the
   * lock on the position.
   */
  private static final String SESSION =
      """
      SELECT set_config('synchronous_commit', 'on', false)
       WHERE current_setting('synchronous_commit') = 'off';
      SET default_transaction_isolation = 'read committed';
      SET tcp_keepalives_idle = 30;
      SET tcp_keepalives_interval = 10;
      SET tcp_keepalives_count = 3;
      """;

  private final PostgresConnector connector;
  private final PostgresSinkSettings settings;
  private final DestinationErrors errors;

  /** Empty until {@link #connect}, then the one connection. */
  private final List<Connection> connections = new ArrayList<>(1);

  private boolean inTransaction;
  private boolean replicaRole;

  DestinationDatabase(PostgresConnector connector, PostgresSinkSettings settings) {
    this.connector = connector;
    this.settings = settings;
    this.errors = new DestinationErrors(connector.settings().display());
  }

  /** Reads the current row of a result. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** For messages; without credentials. */
  String display() {
    return connector.settings().display();
  }

  void connect() {
    try {
      connections.add(connector.connect());
    } catch (WalferryException e) {
      throw errors.connecting(e);
    }
    try (Statement statement = connection().createStatement()) {
      statement.execute(
          SESSION + "SET lock_timeout = '" + settings.lockTimeout().toMillis() + "ms'");
    } catch (SQLException e) {
      throw errors.translate("prepare a session", e);
    }
    replicaRole = takeReplicaRole();
  }

  /** Triggers and foreign keys have done their work at the source. */
  private boolean takeReplicaRole() {
    try (Statement statement = connection().createStatement()) {
      statement.execute("SET session_replication_role = replica");
      return true;
    } catch (SQLException e) {
      if (!DestinationErrors.isPermission(e)) {
        throw errors.translate("prepare a session", e);
      }
      LOG.info(
          "{}: the role may not set session_replication_role, so triggers and foreign keys of the"
              + " destination are at work. A superuser can allow it on PostgreSQL 15 and later:"
              + " GRANT SET ON PARAMETER session_replication_role TO <role>;",
          display());
      return false;
    }
  }

  /** Whether triggers and foreign keys rest, so that the order between tables does not matter. */
  boolean replicaRole() {
    return replicaRole;
  }

  void begin() {
    try {
      connection().setAutoCommit(false);
      inTransaction = true;
    } catch (SQLException e) {
      throw errors.translate("begin a transaction", e);
    }
  }

  /** Returns when everything since {@link #begin} is durable. */
  void commit() {
    try {
      connection().commit();
      connection().setAutoCommit(true);
      inTransaction = false;
    } catch (SQLException e) {
      throw errors.translate("commit", e);
    }
  }

  boolean inTransaction() {
    return inTransaction;
  }

  /** Runs a statement and returns the number of rows that it changed. */
  int execute(String attempt, String sql, Object... parameters) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw errors.translate(attempt, e);
    }
  }

  <T> List<T> query(String attempt, String sql, RowReader<T> reader, Object... parameters) {
    try (PreparedStatement statement = connection().prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> result = new ArrayList<>();
        while (rows.next()) {
          result.add(reader.read(rows));
        }
        return result;
      }
    } catch (SQLException e) {
      throw errors.translate(attempt, e);
    }
  }

  PreparedStatement prepare(String sql) throws SQLException {
    return connection().prepareStatement(sql);
  }

  CopyIn copyIn(String sql) throws SQLException {
    return connection().unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
  }

  WalferryException failed(String attempt, SQLException failure) {
    return errors.translate(attempt, failure);
  }

  /** Drops what is not committed. */
  @Override
  public void close() {
    inTransaction = false;
    for (Connection connection : connections) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw errors.translate("close the connection", e);
      }
    }
    connections.clear();
  }

  private Connection connection() {
    return connections.getFirst();
  }

  private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }
}
