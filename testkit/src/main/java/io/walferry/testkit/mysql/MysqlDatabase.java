package io.walferry.testkit.mysql;

import io.walferry.testkit.server.ServerDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * One database of a server.
 *
 * <p>Closing it drops it and ends the connections that are in it. A transaction that was prepared
 * with XA holds it back: roll it back first.
 */
public record MysqlDatabase(MysqlServer server, String name) implements ServerDatabase {
  private static final int NO_SUCH_THREAD = 1094;
  private static final int LOCK_WAIT_SECONDS_MAX = 10;

  void create() throws SQLException {
    try (Connection connection = server.connect("");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + quotedName());
    }
  }

  @Override
  public void close() throws SQLException {
    if (!server.isRunning()) {
      return;
    }
    try (Connection connection = server.connect("");
        Statement statement = connection.createStatement()) {
      for (long id : connections(connection)) {
        kill(statement, id);
      }
      statement.execute("SET SESSION lock_wait_timeout = " + LOCK_WAIT_SECONDS_MAX);
      statement.execute("DROP DATABASE IF EXISTS " + quotedName());
    }
  }

  private List<Long> connections(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT id FROM information_schema.processlist WHERE db = ?")) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        var ids = new ArrayList<Long>();
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
        return ids;
      }
    }
  }

  private static void kill(Statement statement, long id) throws SQLException {
    try {
      statement.execute("KILL " + id);
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_SUCH_THREAD) {
        throw e;
      }
    }
  }

  private String quotedName() {
    return "`" + name.replace("`", "``") + "`";
  }
}
