package io.walferry.snapshot;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.SourceText;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * A row that was read alone, since a change left out a large column that is nowhere at the
 * destination.
 *
 * @param row with the columns of the relation; empty if there is no such row any more
 */
public record RowFetch(Optional<Row> row, SourceSnapshot snapshot) {
  /**
   * Reads it, under a snapshot that sees a transaction which an earlier read has seen.
   *
   * @param connection in autocommit mode
   * @param text judges text of the source that may not be UTF-8
   * @throws WalferryException what the source refuses; {@code SERVER_UNAVAILABLE} if the source is
   *     behind what was read before
   */
  public static RowFetch of(
      Connection connection,
      SourceText text,
      LoadTable table,
      Relation relation,
      List<String> key,
      Xid xid) {
    List<String> columns = relation.columns().stream().map(Column::name).toList();
    String where = "(" + table.keyList() + ") = (" + TableChunk.literals(table, key) + ")";
    try {
      connection.setAutoCommit(false);
      try {
        SourceSnapshot snapshot = begin(connection, table, xid);
        String select = TableChunk.copyStatement(table, columns, where, CopyFormat.TEXT, text);
        CopyTextParser parser = new CopyTextParser(columns.size(), relation.toString());
        try (CopyReading copy = new CopyReading(connection, select)) {
          return new RowFetch(
              copy.next().map(line -> parser.parse(text.valid(table.table(), columns, line))),
              snapshot);
        }
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw table.failure(e, "read a row of " + relation + " again");
    }
  }

  /**
   * Begins the transaction of the read. A commit may be in the stream before snapshots see it, for
   * as long as a synchronous standby lets it wait; but what one snapshot has seen, all later ones
   * of the same server see.
   */
  private static SourceSnapshot begin(Connection connection, LoadTable table, Xid xid)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      statement.execute(table.setSearchPath());
      statement.execute("LOCK TABLE " + table.table().table().quoted() + " IN ACCESS SHARE MODE");
    }
    SourceSnapshot snapshot = TableShape.read(connection, table.table()).snapshot();
    if (!snapshot.sees(xid)) {
      throw new WalferryException(
          ErrorCode.SERVER_UNAVAILABLE,
          "could not read a row of "
              + table.table()
              + " again: transaction "
              + xid
              + ", which an earlier read has seen, is not visible: the source is another server, or"
              + " behind");
    }
    return snapshot;
  }
}
