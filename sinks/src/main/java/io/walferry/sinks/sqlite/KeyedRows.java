package io.walferry.sinks.sqlite;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowKeys;
import io.walferry.sinks.sql.RowStatement;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.SourceRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** Removes rows by their keys, those that are there. */
final class KeyedRows {
  private KeyedRows() {}

  static void remove(SqlSession session, PublishedTable table, RowKeys rows) {
    TableShape shape = find(session, table);
    requireNoOtherKey(session, shape, rows.columns());
    SqliteTableDialect dialect = new SqliteTableDialect(shape, false);
    Relation key = SourceRows.keys(table, rows.columns());
    StringJoiner same = new StringJoiner(" AND ");
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < key.columns().size(); i++) {
      Parameter parameter = new Parameter(Side.BEFORE, i);
      Supplier<String> mark =
          () -> {
            parameters.add(parameter);
            return "?";
          };
      same.add(dialect.sameKey(TableId.quote(key.columns().get(i).name()), mark));
    }
    String sql = "DELETE FROM " + dialect.table() + " WHERE " + same;
    try (BoundStatement statement =
        new BoundStatement(session, key, new RowStatement(sql, parameters, Set.of()), "")) {
      for (List<String> values : rows.keys()) {
        Row row = SourceRows.row(values);
        long unused = statement.add(row, row);
      }
      int[] unused = statement.execute();
    } catch (SQLException e) {
      throw session.failed("remove rows of table " + table, e);
    }
  }

  private static TableShape find(SqlSession session, PublishedTable table) {
    String name = TableNames.of(table.table());
    return TableShape.read(session, name)
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Table " + table + " has no table " + name + " in " + session.display()));
  }

  /** What is put in their place may be ahead of the stream, and must not be in its way. */
  private static void requireNoOtherKey(SqlSession session, TableShape shape, List<String> key) {
    boolean other =
        shape.keys(session).stream().anyMatch(found -> !found.containsAll(TableNames.folded(key)));
    if (other) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Rows of table "
              + shape.name()
              + " in "
              + session.display()
              + " cannot be replaced: it has another unique index than its key ("
              + String.join(", ", key)
              + "), so rows that are ahead of the stream could be in its way. Drop that index at"
              + " the destination while the rows are read again");
    }
  }
}
