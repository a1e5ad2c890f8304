package io.walferry.testkit.postgres;

import io.walferry.testkit.server.ServerDatabase;
import io.walferry.testkit.wait.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One database of a server.
 *
 * <p>Closing it drops it with all that would hold it back: connections, replication slots,
 * subscriptions and prepared transactions.
 */
public record Database(PostgresServer server, String name) implements ServerDatabase {
  /**
   * The end of a record of the server's log that is written now: what has committed before ends at
   * or before it. The record is of another database, so that nobody who follows this one gets it.
   */
  public String walEnd() throws SQLException {
    return server.maintenanceDatabase().answer("SELECT pg_logical_emit_message(false, 'test', '')");
  }

  @Override
  public void close() throws SQLException {
    if (!server.isRunning()) {
      return;
    }
    try (Connection connection = server.connect(PostgresServer.USER);
        Statement statement = connection.createStatement()) {
      if (names(connection, "select datname from pg_database where datname = ?").isEmpty()) {
        return;
      }
      removeSubscriptionsAndPreparedTransactions();
      String quoted = PostgresServer.quoted(connection, name);
      statement.execute("alter database %s with allow_connections false".formatted(quoted));
      removeConnectionsAndSlots(connection);
      statement.execute("drop database %s".formatted(quoted));
    }
  }

  private void removeSubscriptionsAndPreparedTransactions() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      List<String> subscriptions =
          names(
              connection,
              "select subname from pg_subscription s join pg_database d on d.oid = s.subdbid"
                  + " where datname = ?");
      for (String subscription : subscriptions) {
        String quoted = PostgresServer.quoted(connection, subscription);
        statement.execute("alter subscription %s disable".formatted(quoted));
        statement.execute("alter subscription %s set (slot_name = none)".formatted(quoted));
        statement.execute("drop subscription %s".formatted(quoted));
      }
      for (String gid : names(connection, "select gid from pg_prepared_xacts where database = ?")) {
        statement.execute("rollback prepared " + statement.enquoteLiteral(gid));
      }
    }
  }

  /** New connections are refused by now, so this ends. */
  private void removeConnectionsAndSlots(Connection connection) throws SQLException {
    repeat(
        connection,
        "select pg_terminate_backend(pid)::text from pg_stat_activity where datname = ?");
    repeat(
        connection,
        "select case when active then '' else pg_drop_replication_slot(slot_name)::text end"
            + " from pg_replication_slots where database = ?");
  }

  /** Until nothing is found: servers before 14 cannot wait for the end of a connection. */
  private void repeat(Connection connection, String query) throws SQLException {
    Await.until(
        "nothing of database " + name + " is left that keeps it from being dropped",
        Duration.ofSeconds(30),
        () -> names(connection, query),
        List::isEmpty);
  }

  private List<String> names(Connection connection, String query) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        var names = new ArrayList<String>();
        while (rows.next()) {
          names.add(rows.getString(1));
        }
        return names;
      }
    }
  }
}
