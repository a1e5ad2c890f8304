package io.walferry.postgres;

import io.walferry.change.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.postgresql.core.Parser;

/** Finds the rows of a table for which a user's condition holds. Writes nothing. */
public final class ConditionSql {
  private static final int FETCH_ROWS = 10_000;
  private static final String SYNTAX_ERROR = "42601";

  /** Classes of errors that the condition itself is the reason for. */
  private static final Set<String> REFUSALS =
      Set.of("0A", "20", "21", "22", "25", "2F", "38", "39", "42", "54", "P0");

  private final Connection connection;

  /**
   * Searches over a connection.
   *
   * @param connection in autocommit mode
   */
  public ConditionSql(Connection connection) {
    this.connection = connection;
  }

  /**
   * Tells their keys, as PostgreSQL prints them.
   *
   * @param from the table as FROM has it
   * @param filter what more has to hold, from {@code " AND "} on; may be empty
   * @param key columns that are told; rows where one is NULL are left out
   */
  public void find(
      String from, String filter, List<String> key, String condition, Consumer<List<String>> found)
      throws SQLException {
    String sql = sql(from, filter, key, condition);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION READ ONLY");
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          List<String> values = new ArrayList<>(key.size());
          for (int i = 0; i < key.size(); i++) {
            values.add(rows.getString(i + 1));
          }
          found.accept(values);
        }
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  /** A comment at the condition's end must not hide what comes behind it. */
  private static String sql(String from, String filter, List<String> key, String condition)
      throws SQLException {
    StringJoiner columns = new StringJoiner(", ");
    StringJoiner present = new StringJoiner(" AND ");
    for (String column : key) {
      columns.add("pg_catalog.format('%s', " + TableId.quote(column) + ")");
      present.add(TableId.quote(column) + " IS NOT NULL");
    }
    String sql =
        "SELECT "
            + columns
            + " FROM "
            + from
            + " WHERE (\n"
            + condition
            + "\n)"
            + filter
            + " AND "
            + present;
    requireOneStatement(sql);
    return sql;
  }

  /**
   * Checks what has a user's condition in it.
   *
   * @throws SQLException with the state of a syntax error if the condition ends the statement
   */
  public static void requireOneStatement(String sql) throws SQLException {
    if (Parser.parseJdbcSql(sql, true, false, true, false, true).size() != 1) {
      throw new SQLException("the condition has to be one expression", SYNTAX_ERROR);
    }
  }

  /** Whether the condition is to blame, rather than the connection or the server. */
  public static boolean isRefusal(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.length() == 5 && REFUSALS.contains(state.substring(0, 2));
  }
}
