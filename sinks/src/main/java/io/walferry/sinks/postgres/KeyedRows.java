package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.RowKeys;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/** Removes rows by their keys, those that are there. */
final class KeyedRows {
  private KeyedRows() {}

  /**
   * Sees that a row can be taken away for a moment, and be put back as it is later than where the
   * stream is.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE} if rows of other tables could go with it,
   *     or if it could then be in the way of another row of the stream
   */
  static void requireReplaceable(SqlSession session, TableShape shape, RowKeys rows) {
    if (!shape.hasNoKeyBut(Set.copyOf(rows.columns()))) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Rows of table "
              + shape.table()
              + " in "
              + session.display()
              + " cannot be replaced: it has another unique index or exclusion constraint than its"
              + " key ("
              + String.join(", ", rows.columns())
              + "), so rows that are ahead of the stream could be in its way. Drop that index at"
              + " the destination while the rows are read again");
    }
    if (shape.firesTriggers(triggersRest(session))) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Rows of table "
              + shape.table()
              + " in "
              + session.display()
              + " cannot be replaced while its triggers and foreign keys are at work: they could"
              + " change or delete other rows. Let them rest: GRANT SET ON PARAMETER"
              + " session_replication_role TO <role>; (PostgreSQL 15 and later, by a superuser), or"
              + " have the whole table loaded again where no foreign key points to it");
    }
  }

  private static boolean triggersRest(SqlSession session) {
    return session.exists(
        "see whether triggers rest",
        "SELECT WHERE current_setting('session_replication_role') = 'replica'");
  }

  static void remove(SqlSession session, TableShape shape, RowKeys rows) {
    StringJoiner lists = new StringJoiner(", ", "unnest(", ")");
    StringJoiner names = new StringJoiner(", ", " AS k (", ")");
    StringJoiner same = new StringJoiner(" AND ");
    Object[] values = new Object[rows.columns().size()];
    for (int i = 0; i < values.length; i++) {
      int index = i;
      ShapeColumn column = column(session, shape, rows.columns().get(i));
      lists.add("?::text[]");
      names.add("c" + i);
      String there = "t." + TableId.quote(column.name());
      same.add(column.same(there, "k.c" + i + "::" + column.castType()));
      values[i] = array(rows.keys().stream().map(key -> key.get(index)).toList());
    }
    int unused =
        session.execute(
            "remove rows of table " + shape.table(),
            "DELETE FROM " + shape.only() + " AS t USING " + lists + names + " WHERE " + same,
            values);
  }

  private static ShapeColumn column(SqlSession session, TableShape shape, String name) {
    return shape
        .column(name)
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Column "
                        + name
                        + " of table "
                        + shape.table()
                        + " is missing in "
                        + session.display()));
  }

  /** As the server reads an array of texts. */
  private static String array(List<String> texts) {
    StringJoiner array = new StringJoiner(",", "{", "}");
    texts.forEach(text -> array.add('"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"'));
    return array.toString();
  }
}
