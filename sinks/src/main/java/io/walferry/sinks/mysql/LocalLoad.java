package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlSession;
import java.io.ByteArrayInputStream;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Optional;
import java.util.StringJoiner;
import org.mariadb.jdbc.Connection;
import org.mariadb.jdbc.Statement;

/**
 * LOAD DATA LOCAL from memory. LOCAL turns errors into warnings: rows that are there already are
 * left out, and values that do not fit are cut. So anything but as many rows as were sent, without
 * a warning, is a failure of the transaction.
 */
final class LocalLoad implements BulkLoad {
  private static final int SEND_BYTES = 2 << 20;

  private final SqlSession session;
  private final Into into;
  private final String sql;
  private final LineBuffer lines = new LineBuffer(SEND_BYTES);
  private int rows;

  LocalLoad(SqlSession session, Into into) {
    this.session = session;
    this.into = into;
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
    for (BulkColumn column : into.columns()) {
      column.write(before, after, lines);
    }
    lines.endLine();
    rows++;
    if (lines.size() >= SEND_BYTES) {
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
      statement.setLocalInfileInputStream(new ByteArrayInputStream(lines.bytes(), 0, lines.size()));
      int taken = session.call(() -> statement.executeUpdate(sql));
      Optional<SQLWarning> warning = Optional.ofNullable(statement.getWarnings());
      if (warning.isPresent()) {
        throw refused(warning.get());
      }
      if (taken != rows) {
        throw new WalferryException(
            ErrorCode.DESTINATION_CONFLICT,
            "The load of table "
                + into.label()
                + " expected to add "
                + rows
                + " rows at the destination, but "
                + taken
                + " were taken");
      }
    }
    lines.clear();
    rows = 0;
  }

  private WalferryException refused(SQLWarning warning) {
    int error = warning.getErrorCode();
    return new WalferryException(
        MysqlErrors.isDuplicate(error)
            ? ErrorCode.DESTINATION_CONFLICT
            : ErrorCode.DESTINATION_ROW_REFUSED,
        "could not load table "
            + into.label()
            + " in "
            + session.display()
            + ": "
            + MysqlErrors.reason(error, String.valueOf(warning.getMessage())));
  }
}
