package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.sinks.sql.SqlSession;
import java.sql.SQLException;
import java.util.StringJoiner;
import org.mariadb.jdbc.Connection;
import org.mariadb.jdbc.Statement;

/**
 * LOAD DATA LOCAL from memory. A large row goes by an INSERT of its own where the server takes one
 * of its size: MySQL reads a value of a load in a time that grows with the square of its length.
 *
 * <p>LOCAL turns errors into warnings: rows that are there already are left out, and values that do
 * not fit are cut.
 */
final class LocalLoad implements BulkLoad {
  private static final int SEND_BYTES = 2 << 20;

  private final SqlSession session;
  private final Into into;
  private final String sql;
  private final MultiRowInsert single;
  private final LineBuffer lines = new LineBuffer(SEND_BYTES);
  private int rows;

  LocalLoad(SqlSession session, Into into, long packetBytesMax) {
    this.session = session;
    this.into = into;
    this.single = new MultiRowInsert(session, into, packetBytesMax);
    this.sql = statement(into);
  }

  /** Bytes come as digits, since a line is text of one character set. */
  private static String statement(Into into) {
    StringJoiner fields = new StringJoiner(",", " (", ")");
    StringJoiner assignments = new StringJoiner(",", " SET ", "");
    assignments.setEmptyValue("");
    for (int i = 0; i < into.columns().size(); i++) {
      BulkColumn column = into.columns().get(i);
      String name = TableNames.quote(column.name());
      if (column.writer().form() == ValueForm.BYTES) {
        fields.add("@v" + i);
        assignments.add(name + "=UNHEX(@v" + i + ")");
      } else {
        fields.add(name);
      }
    }
    return "LOAD DATA LOCAL INFILE 'walferry' INTO TABLE "
        + into.table()
        + " CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\'"
        + " LINES TERMINATED BY '\\n'"
        + fields
        + assignments;
  }

  @Override
  public void add(Row before, Row after) throws SQLException {
    if (BulkLoad.isLarge(before, after) && single.fits(before, after)) {
      end();
      single.add(before, after);
      single.end();
    } else {
      addLine(before, after);
    }
  }

  private void addLine(Row before, Row after) throws SQLException {
    for (BulkColumn column : into.columns()) {
      column.write(before, after, lines);
    }
    lines.endLine();
    rows++;
    if (lines.isFull()) {
      send();
    }
  }

  @Override
  public void end() throws SQLException {
    if (rows > 0) {
      send();
    }
  }

  private void send() throws SQLException {
    try (Statement statement = session.unwrap(Connection.class).createStatement()) {
      statement.setLocalInfileInputStream(lines.read());
      int taken = session.call(() -> statement.executeUpdate(sql));
      into.requireTaken(session, statement, rows, taken);
    }
    lines.clear();
    rows = 0;
  }
}
