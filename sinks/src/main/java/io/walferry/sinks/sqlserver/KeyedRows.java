package io.walferry.sinks.sqlserver;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowKeys;
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.type.LossPolicies;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Removes rows by their keys, those that are there. */
final class KeyedRows {
  private KeyedRows() {}

  static void remove(
      SqlSession session,
      PublishedTable table,
      TableShape shape,
      RowKeys rows,
      LossPolicies policies) {
    requireReplaceable(session, shape, rows.columns());
    Relation key = SourceRows.keys(table, rows.columns());
    RowWriters writers = new RowWriters(key, shape, policies);
    ChangeStatement delete =
        new ChangeStatements(shape, writers).ofOne(new ChangeShape.Delete(RowLocation.OLD_KEY));
    try (PreparedStatement statement = session.prepare(delete.sql())) {
      for (List<String> values : rows.keys()) {
        if (bound(writers, delete, statement, SourceRows.row(values))) {
          statement.addBatch();
        }
      }
      int[] unused = session.call(statement::executeBatch);
    } catch (SQLException e) {
      throw session.failed("remove rows of table " + table, e);
    }
  }

  /** False for a key that is longer than its column, so that no row can have it. */
  private static boolean bound(
      RowWriters writers, ChangeStatement delete, PreparedStatement statement, Row key)
      throws SQLException {
    try {
      writers.bind(statement, delete.parameters(), key, key);
      return true;
    } catch (WalferryException e) {
      if (e.code() != ErrorCode.DESTINATION_ROW_REFUSED) {
        throw e;
      }
      return false;
    }
  }

  /** What is put in their place may be ahead of the stream, and must not be in its way. */
  private static void requireReplaceable(SqlSession session, TableShape shape, List<String> key) {
    if (!shape.hasNoKeyBut(TableNames.folded(key)) || shape.guards().triggers()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Rows of table "
              + shape.name()
              + " in "
              + session.display()
              + " cannot be replaced: it has triggers, or another unique index than its key ("
              + String.join(", ", key)
              + "), so rows that are ahead of the stream could be in its way. Drop them at"
              + " the destination while the rows are read again");
    }
  }
}
