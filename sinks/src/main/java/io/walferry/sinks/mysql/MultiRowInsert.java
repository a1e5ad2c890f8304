package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.sinks.sql.SqlSession;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;

/**
 * INSERT of many rows at a time, for servers that do not allow LOAD DATA LOCAL, and for single rows
 * that are large.
 */
final class MultiRowInsert implements BulkLoad {
  private static final int ROWS_MAX = 500;
  private static final long BYTES_MAX = 1 << 20;

  /** Text may double when it is quoted, and bytes come as text. */
  private static final int GROWTH = 4;

  /** Room for what the protocol adds to a statement. */
  private static final int PACKET_MARGIN = 1024;

  /** Stands for what a value costs that has no bytes. */
  private static final int VALUE_BYTES = 8;

  private final SqlSession session;
  private final Into into;
  private final long packetBytesMax;
  private final long bytesMax;
  private final List<ParameterValue> values = new ArrayList<>();
  private int rows;
  private long byteCount;

  MultiRowInsert(SqlSession session, Into into, long packetBytesMax) {
    this.session = session;
    this.into = into;
    this.packetBytesMax = packetBytesMax;
    this.bytesMax = Math.min(BYTES_MAX, packetBytesMax / GROWTH);
  }

  @Override
  public void add(Row before, Row after) throws SQLException {
    if (rows > 0 && BulkLoad.isLarge(before, after)) {
      send();
    }
    for (BulkColumn column : into.columns()) {
      ParameterValue value = new ParameterValue(column.writer().form());
      column.write(before, after, value);
      values.add(value);
      byteCount += VALUE_BYTES + value.byteSize();
    }
    rows++;
    if (rows == ROWS_MAX || byteCount >= bytesMax) {
      send();
    }
  }

  /** Tells whether the server takes a statement with this row alone. */
  boolean fits(Row before, Row after) {
    long size = statement(1).getBytes(StandardCharsets.UTF_8).length;
    for (BulkColumn column : into.columns()) {
      QuotedSize value = new QuotedSize(column.writer().form());
      column.write(before, after, value);
      size += value.bytes();
    }
    return size < packetBytesMax - PACKET_MARGIN;
  }

  @Override
  public void end() throws SQLException {
    if (rows > 0) {
      send();
    }
  }

  private void send() throws SQLException {
    try (PreparedStatement statement = session.prepare(statement(rows))) {
      for (int i = 0; i < values.size(); i++) {
        values.get(i).bind(statement, i + 1);
      }
      int taken = session.call(statement::executeUpdate);
      into.requireTaken(session, statement, rows, taken);
    }
    values.clear();
    rows = 0;
    byteCount = 0;
  }

  private String statement(int ofRows) {
    StringJoiner names = new StringJoiner(",", " (", ") VALUES ");
    into.columns().forEach(column -> names.add(TableNames.quote(column.name())));
    String marks = "(" + String.join(",", Collections.nCopies(into.columns().size(), "?")) + ")";
    return "INSERT INTO "
        + into.table()
        + names
        + String.join(",", Collections.nCopies(ofRows, marks));
  }
}
