package io.walferry.sinks.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConditionSql;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowSearch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/** Finds rows of a PostgreSQL destination. Each search has a connection of its own. */
public final class PostgresRowSearch implements RowSearch {
  private final PostgresConnector connector;
  private final DestinationErrors errors;

  public PostgresRowSearch(PostgresConnector connector) {
    this.connector = connector;
    this.errors = new DestinationErrors(display(connector));
  }

  private static String display(PostgresConnector connector) {
    return connector.settings().display();
  }

  @Override
  public String display() {
    return display(connector);
  }

  @Override
  public void find(
      PublishedTable table, List<String> key, String condition, Consumer<List<String>> found) {
    String attempt = "look for rows of " + table + " that meet the condition";
    try (Connection connection = DestinationDatabase.opened(connector, errors)) {
      String only = isPartitioned(connection, table) ? "" : "ONLY ";
      new ConditionSql(connection).find(only + table.table().quoted(), "", key, condition, found);
    } catch (SQLException e) {
      WalferryException failure = errors.translate(attempt, e);
      throw ConditionSql.isRefusal(e)
          ? new WalferryException(
              ErrorCode.CONDITION_INVALID, String.valueOf(failure.getMessage()), failure)
          : failure;
    }
  }

  private static boolean isPartitioned(Connection connection, PublishedTable table)
      throws SQLException {
    String sql =
        "SELECT 1 FROM pg_catalog.pg_class"
            + " WHERE oid = pg_catalog.to_regclass(?) AND relkind = 'p'";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, table.table().quoted());
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }
}
