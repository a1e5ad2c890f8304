package io.walferry.sinks.sqlserver;

import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import com.microsoft.sqlserver.jdbc.SQLServerBulkCopyOptions;
import com.microsoft.sqlserver.jdbc.SQLServerConnection;
import io.walferry.change.Row;
import io.walferry.sinks.sql.RowStatement.Parameter;
import io.walferry.sinks.sql.RowStatement.Side;
import io.walferry.sinks.sql.SqlSession;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * A temporary table with the values of many changes, which statements then apply. It is filled by
 * bulk copies, which say nothing of how many rows they have added and nothing of rows that a table
 * has passed over; the statements do. Holds a few megabytes.
 */
final class Stage implements AutoCloseable {
  static final String TABLE = "#walferry_stage";
  private static final String DROP = "DROP TABLE IF EXISTS " + TABLE;
  private static final long SEND_BYTES = 4L << 20;

  private final SqlSession session;
  private final RowWriters writers;
  private final List<Parameter> parameters;
  private final List<Object[]> rows = new ArrayList<>();
  private long byteCount;

  private Stage(SqlSession session, RowWriters writers, List<Parameter> parameters) {
    this.session = session;
    this.writers = writers;
    this.parameters = parameters;
  }

  /** The name of the column with these values. */
  static String column(Parameter parameter) {
    return (parameter.side() == Side.BEFORE ? "b" : "a") + parameter.column();
  }

  /** An empty one with these columns. */
  static Stage open(SqlSession session, RowWriters writers, List<Parameter> parameters)
      throws SQLException {
    Stage stage = new Stage(session, writers, parameters);
    stage.run(DROP + "; " + createStatement(writers, parameters));
    return stage;
  }

  /** Of the table; its texts are compared as those of the columns that they are for. */
  static String createStatement(RowWriters writers, List<Parameter> parameters) {
    StringJoiner columns = new StringJoiner(", ", " (", ")");
    for (Parameter parameter : parameters) {
      String type = writers.form(parameter.column()).stageType(writers.column(parameter.column()));
      columns.add(column(parameter) + " " + type + " NULL");
    }
    return "CREATE TABLE " + TABLE + columns;
  }

  /** As a batch of its own: what a prepared statement creates goes with it. */
  private void run(String sql) throws SQLException {
    try (Statement statement = session.unwrap(SQLServerConnection.class).createStatement()) {
      boolean unused = session.call(() -> statement.execute(sql));
    }
  }

  void add(Row before, Row after) throws SQLException {
    Object[] values = new Object[parameters.size()];
    for (int i = 0; i < values.length; i++) {
      int at = i;
      writers.value(parameters.get(i), before, after).ifPresent(value -> values[at] = value);
    }
    rows.add(values);
    byteCount += before.equals(after) ? after.byteSize() : before.byteSize() + after.byteSize();
    if (byteCount >= SEND_BYTES) {
      send();
    }
  }

  private void send() throws SQLException {
    SQLServerConnection connection = session.unwrap(SQLServerConnection.class);
    SQLServerBulkCopyOptions options = new SQLServerBulkCopyOptions();
    options.setBulkCopyTimeout(0);
    options.setTableLock(true);
    try (SQLServerBulkCopy copy = new SQLServerBulkCopy(connection)) {
      copy.setBulkCopyOptions(options);
      copy.setDestinationTableName(TABLE);
      boolean unused =
          session.call(
              () -> {
                copy.writeToServer(new StagedRows(writers, parameters, rows));
                return true;
              });
    }
    rows.clear();
    byteCount = 0;
  }

  /** Applies the staged rows by this statement and returns how many rows it met or added. */
  long apply(ChangeStatement statement) throws SQLException {
    if (!rows.isEmpty()) {
      send();
    }
    try (Statement batch = session.unwrap(SQLServerConnection.class).createStatement()) {
      return session.call(() -> batch.executeUpdate(statement.sql()));
    }
  }

  @Override
  public void close() throws SQLException {
    run(DROP);
  }
}
