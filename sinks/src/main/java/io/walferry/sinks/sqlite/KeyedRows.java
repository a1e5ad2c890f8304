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
import java.util.StringJoiner;

/** Removes rows by their keys, those that are there. */
final class KeyedRows {
  private KeyedRows() {}

  static void remove(SqlSession session, PublishedTable table, RowKeys rows) {
    requireNoOtherKey(session, table, rows.columns());
    Relation key = SourceRows.keys(table, rows.columns());
    StringJoiner same = new StringJoiner(" AND ");
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < key.columns().size(); i++) {
      same.add(TableId.quote(key.columns().get(i).name()) + "=?");
      parameters.add(new Parameter(Side.BEFORE, i));
    }
    String sql = "DELETE FROM " + TableId.quote(TableNames.of(table.table())) + " WHERE " + same;
    try (BoundStatement statement =
        new BoundStatement(session, key, new RowStatement(sql, parameters))) {
      for (List<String> values : rows.keys()) {
        Row row = SourceRows.row(values);
        long unused = statement.add(row, row);
      }
      int[] unused = statement.execute();
    } catch (SQLException e) {
      throw session.failed("remove rows of table " + table, e);
    }
  }

  /** What is put in their place may be ahead of the stream, and must not be in its way. */
  private static void requireNoOtherKey(
      SqlSession session, PublishedTable table, List<String> key) {
    String name = TableNames.of(table.table());
    boolean other =
        TableShape.read(session, name).stream()
            .flatMap(shape -> shape.keys(session).stream())
            .anyMatch(found -> !found.containsAll(TableNames.folded(key)));
    if (other) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Rows of table "
              + name
              + " in "
              + session.display()
              + " cannot be replaced: it has another unique index than its key ("
              + String.join(", ", key)
              + "), so rows that are ahead of the stream could be in its way. Drop that index at"
              + " the destination while the rows are read again");
    }
  }
}
