package io.walferry.sinks.mysql;

import io.walferry.testkit.mysql.MysqlDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives every switch that a session takes over from its server another value than usual, and what
 * else is known to change how values are read: what is on is off, and so on.
 */
final class UnusualServer {
  /** Those that are no switches. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("character_set_client", "'latin1'"),
          Map.entry("character_set_connection", "'latin1'"),
          Map.entry("character_set_results", "'latin1'"),
          Map.entry("character_set_server", "'latin1'"),
          Map.entry("collation_connection", "'latin1_german1_ci'"),
          Map.entry("completion_type", "'CHAIN'"),
          Map.entry("default_week_format", "3"),
          Map.entry("div_precision_increment", "0"),
          Map.entry("group_concat_max_len", "4"),
          Map.entry("lc_messages", "'de_DE'"),
          Map.entry("lc_time_names", "'de_DE'"),
          Map.entry("max_error_count", "0"),
          Map.entry("max_join_size", "1"),
          Map.entry("max_sort_length", "64"),
          Map.entry("sql_mode", "'ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'"),
          Map.entry("sql_select_limit", "1"),
          Map.entry("time_zone", "'+05:45'"),
          Map.entry("transaction_isolation", "'SERIALIZABLE'"),
          Map.entry("tx_isolation", "'SERIALIZABLE'"),
          Map.entry("updatable_views_with_limit", "'NO'"));

  private UnusualServer() {}

  static void make(MysqlDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement change = connection.createStatement()) {
      for (Map.Entry<String, String> variable : variables(change).entrySet()) {
        if (isOfSessions(database, variable)) {
          boolean unused = isTaken(change, "GLOBAL", variable);
        }
      }
    }
  }

  /** By a session of its own, which may not be able to do anything afterwards. */
  private static boolean isOfSessions(MysqlDatabase database, Map.Entry<String, String> variable)
      throws SQLException {
    try (Connection connection = database.connect();
        Statement attempt = connection.createStatement()) {
      return isTaken(attempt, "SESSION", variable);
    }
  }

  private static Map<String, String> variables(Statement statement) throws SQLException {
    Map<String, String> variables = new TreeMap<>();
    try (ResultSet rows = statement.executeQuery("SHOW GLOBAL VARIABLES")) {
      while (rows.next()) {
        String name = rows.getString(1);
        if (VALUES.containsKey(name)) {
          variables.put(name, VALUES.get(name));
        } else if (rows.getString(2).equals("ON")) {
          variables.put(name, "OFF");
        } else if (rows.getString(2).equals("OFF")) {
          variables.put(name, "ON");
        }
      }
    }
    return variables;
  }

  private static boolean isTaken(
      Statement statement, String scope, Map.Entry<String, String> variable) {
    try {
      statement.execute("SET %s %s = %s".formatted(scope, variable.getKey(), variable.getValue()));
      return true;
    } catch (SQLException e) {
      return false;
    }
  }
}
