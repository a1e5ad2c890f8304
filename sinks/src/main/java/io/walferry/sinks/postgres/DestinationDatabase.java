package io.walferry.sinks.postgres;

import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sinks.sql.SqlSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the destination is reached, and how its sessions are set up. For any thread. */
final class DestinationDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(DestinationDatabase.class);

  /**
   * A commit has to be durable whatever the server or the role says. With these intervals the
   * server notices within about a minute that a predecessor's machine is gone, and lets go of the
   * lock on the position. A plan is made once for all lists of values: one for a list that the
   * planner sees reads a table of moderate size as a whole, time and again.
   */
  private static final String SESSION =
      """
      SELECT set_config('synchronous_commit', 'on', false)
       WHERE current_setting('synchronous_commit') = 'off';
      SET tcp_keepalives_idle = 30;
      SET tcp_keepalives_interval = 10;
      SET tcp_keepalives_count = 3;
      SELECT set_config(name, 'force_generic_plan', false) FROM pg_settings
       WHERE name = 'plan_cache_mode';
      """;

  /** A session is set up in no time, or not at all. */
  private static final int SETUP_MILLIS_MAX = 15_000;

  /** The version from which on a {@code "char"} beyond ASCII is three octal digits as text. */
  private static final int OCTAL_SINCE = 16;

  private final PostgresConnector connector;
  private final PostgresSinkSettings settings;
  private final DestinationErrors errors;
  private volatile boolean replicaRole;
  private volatile boolean readsOctal;
  private volatile boolean toldOfTriggers;

  DestinationDatabase(PostgresConnector connector, PostgresSinkSettings settings) {
    this.connector = connector;
    this.settings = settings;
    this.errors = new DestinationErrors(connector.settings().display());
  }

  /** A session of its own that is not connected yet. */
  SqlSession session() {
    return new SqlSession(
        connector.settings().display(), errors, this::connect, settings.silenceMax());
  }

  /**
   * Whether triggers and foreign keys rest, so that the order between tables does not matter; known
   * once a session was connected.
   */
  boolean replicaRole() {
    return replicaRole;
  }

  /**
   * Whether the server reads a {@code "char"} beyond ASCII from its text; known once a session was
   * connected.
   */
  boolean readsOctal() {
    return readsOctal;
  }

  private Connection connect() {
    Connection connection = opened(connector, errors);
    prepare(connection);
    return connection;
  }

  /** A connection that is not set up. The caller closes it. */
  static Connection opened(PostgresConnector connector, DestinationErrors errors) {
    try {
      return connector.connect();
    } catch (WalferryException e) {
      throw errors.connecting(e);
    }
  }

  private void prepare(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, SETUP_MILLIS_MAX);
      statement.execute(
          SESSION + "SET lock_timeout = '" + settings.lockTimeout().toMillis() + "ms'");
      replicaRole = takeReplicaRole(statement);
      readsOctal = connection.getMetaData().getDatabaseMajorVersion() >= OCTAL_SINCE;
      connection.setNetworkTimeout(Runnable::run, 0);
    } catch (SQLException e) {
      WalferryException failure = errors.translate("prepare a session", e);
      closeAfter(failure, connection);
      throw failure;
    }
  }

  private static void closeAfter(WalferryException failure, Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /** Triggers and foreign keys have done their work at the source. */
  private boolean takeReplicaRole(Statement statement) throws SQLException {
    try {
      statement.execute("SET session_replication_role = replica");
      return true;
    } catch (SQLException e) {
      if (!DestinationErrors.isPermission(e)) {
        throw e;
      }
      if (!toldOfTriggers) {
        toldOfTriggers = true;
        LOG.info(
            "{}: the role may not set session_replication_role, so triggers and foreign keys of"
                + " the destination are at work. A superuser can allow it on PostgreSQL 15 and"
                + " later: GRANT SET ON PARAMETER session_replication_role TO <role>;",
            connector.settings().display());
      }
      return false;
    }
  }
}
