package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlSession;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;

/** INSERT of many rows at a time, for servers that do not allow LOAD DATA LOCAL. */
final class MultiRowInsert implements BulkLoad {
  private static final int ROWS_MAX = 500;
  private static final long BYTES_MAX = 1 << 20;

  /** Text may double when it is quoted, and bytes come as text. */
  private static final int GROWTH = 4;

  private final SqlSession session;
  private final Into into;
  private final long bytesMax;
  private final List<ParameterValue> values = new ArrayList<>();
  private int rows;
  private long byteCount;

  MultiRowInsert(SqlSession session, Into into, long packetBytesMax) {
    this.session = session;
    this.into = into;
    this.bytesMax = Math.min(BYTES_MAX, packetBytesMax / GROWTH);
  }

  @Override
  public void add(Row before, Row after) throws SQLException {
    for (BulkColumn column : into.columns()) {
      ParameterValue value = new ParameterValue(column.writer().form());
      column.write(before, after, value);
      values.add(value);
    }
    rows++;
    byteCount += before.equals(after) ? after.byteSize() : before.byteSize() + after.byteSize();
    if (rows == ROWS_MAX || byteCount >= bytesMax) {
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
    try (PreparedStatement statement = session.prepare(statement())) {
      for (int i = 0; i < values.size(); i++) {
        values.get(i).bind(statement, i + 1);
      }
      int taken = session.call(statement::executeUpdate);
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
    values.clear();
    rows = 0;
    byteCount = 0;
  }

  private String statement() {
    StringJoiner names = new StringJoiner(",", " (", ") VALUES ");
    into.columns().forEach(column -> names.add(TableNames.quote(column.name())));
    String marks = "(" + String.join(",", Collections.nCopies(into.columns().size(), "?")) + ")";
    return "INSERT INTO "
        + into.table()
        + names
        + String.join(",", Collections.nCopies(rows, marks));
  }
}
