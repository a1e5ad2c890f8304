package io.walferry.snapshot;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConditionSql;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowSearch;
import java.sql.Connection;
import java.util.List;
import java.util.function.Consumer;

/** Finds published rows at the source. */
public final class SourceRowSearch implements RowSearch {
  private final Connection connection;

  /**
   * Searches over a connection.
   *
   * @param connection in autocommit mode
   */
  public SourceRowSearch(Connection connection) {
    this.connection = connection;
  }

  @Override
  public String display() {
    return "the source";
  }

  @Override
  public void find(
      PublishedTable table, List<String> key, String condition, Consumer<List<String>> found) {
    String from = LoadTable.read(connection, table).from();
    String filter = table.rowFilter().map(it -> " AND (" + it + ")").orElse("");
    try {
      new ConditionSql(connection).find(from, filter, key, condition, found);
    } catch (java.sql.SQLException e) {
      if (!ConditionSql.isRefusal(e)) {
        throw PostgresErrors.translate(e, "look for rows of " + table);
      }
      WalferryException said =
          PostgresErrors.translate(
              e, "look for rows of " + table + " at the source that meet the condition");
      throw new WalferryException(
          ErrorCode.CONDITION_INVALID, String.valueOf(said.getMessage()), said);
    }
  }
}
