package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.sinks.sql.SqlSession;
import java.sql.SQLException;
import java.util.List;

/** Puts whole rows into a table, many at a time; holds a few megabytes of them. */
interface BulkLoad {
  /**
   * Where rows go.
   *
   * @param table quoted
   * @param label of the table that it is about, for messages
   */
  record Into(String table, List<BulkColumn> columns, String label) {
    public Into {
      columns = List.copyOf(columns);
    }
  }

  /** Takes a row; the sides are the same row where there is only one. */
  void add(Row before, Row after) throws SQLException;

  /**
   * Sends what is left.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_CONFLICT} or {@code
   *     DESTINATION_ROW_REFUSED} if the server has not taken every row as it was sent
   */
  void end() throws SQLException;

  /** By LOAD DATA LOCAL, where the server allows it. */
  static BulkLoad open(SqlSession session, ServerTraits traits, Into into) {
    return traits.localInfile()
        ? new LocalLoad(session, into)
        : new MultiRowInsert(session, into, traits.packetBytesMax());
  }
}
