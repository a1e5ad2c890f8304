package io.walferry.sinks.sqlite;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowSearch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;

/** Finds rows of a SQLite database file. Each search has a connection of its own. */
public final class SqliteRowSearch implements RowSearch {
  private final Path file;

  public SqliteRowSearch(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public String display() {
    return "SQLite database " + file;
  }

  @Override
  public void find(
      PublishedTable table, List<String> key, String condition, Consumer<List<String>> found) {
    List<PublishedColumn> columns =
        key.stream()
            .map(name -> table.columns().stream().filter(it -> it.name().equals(name)).findFirst())
            .map(java.util.Optional::orElseThrow)
            .toList();
    try (Connection connection = SqliteDatabase.openForReading(file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql(table, key, condition))) {
      while (rows.next()) {
        List<String> values = new ArrayList<>(key.size());
        for (int i = 0; i < key.size(); i++) {
          values.add(text(rows, i + 1, columns.get(i)));
        }
        found.accept(values);
      }
    } catch (SQLException e) {
      throw refused(table, e);
    }
  }

  private static String sql(PublishedTable table, List<String> key, String condition) {
    StringJoiner columns = new StringJoiner(", ");
    StringJoiner present = new StringJoiner(" AND ");
    for (String column : key) {
      columns.add(TableId.quote(column));
      present.add(TableId.quote(column) + " IS NOT NULL");
    }
    return "SELECT "
        + columns
        + " FROM "
        + TableId.quote(TableNames.of(table.table()))
        + " WHERE (\n"
        + condition
        + "\n) AND "
        + present;
  }

  /** What {@link ValueBinder} has made the value of. */
  private static String text(ResultSet rows, int index, PublishedColumn column)
      throws SQLException {
    Object value = rows.getObject(index);
    return switch (SqliteType.of(column.typeOid())) {
      case BOOLEAN -> value.equals(0) ? "f" : value.equals(1) ? "t" : value.toString();
      case BLOB -> value instanceof byte[] bytes ? "\\x" + HexFormat.of().formatHex(bytes) : "";
      case INTEGER, FLOAT, TEXT -> value.toString();
    };
  }

  /** SQLite's own message says which word it does not know, and shows no value. */
  private WalferryException refused(PublishedTable table, SQLException failure) {
    WalferryException known =
        new SqliteErrors(file).translate("look for rows of " + table, failure);
    if (known.code() != ErrorCode.DESTINATION_SHAPE) {
      return known;
    }
    return new WalferryException(
        ErrorCode.CONDITION_INVALID,
        display() + " does not take the condition for " + table + ": " + failure.getMessage(),
        failure);
  }
}
