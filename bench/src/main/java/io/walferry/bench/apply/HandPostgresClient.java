package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** PostgreSQL, written by hand. */
public final class HandPostgresClient implements Applier {
  /** How rows get there; what is changed several times in a batch goes once. */
  private enum Way {
    /** By statements that take an array for each column. */
    ARRAYS,
    /** New rows by COPY right into the table, the rest as above. */
    COPY
  }

  private static final String CREATE =
      """
      create table apply_rows (
        id bigint primary key, customer int not null, amount numeric(12,2), status varchar(20),
        title text, note text, created timestamp not null, active boolean,
        ratio double precision, ref uuid)\
      """;

  private static final List<String> TYPES =
      List.of(
          "int8",
          "int4",
          "numeric",
          "varchar",
          "text",
          "text",
          "timestamp",
          "bool",
          "float8",
          "uuid");

  private static final String INSERT =
      TYPES.stream()
          .map(type -> "?::" + type + "[]")
          .collect(Collectors.joining(",", "insert into apply_rows select * from unnest(", ")"));

  private static final String UPSERT =
      AppliedTable.COLUMNS.stream()
          .skip(1)
          .map(column -> column + "=excluded." + column)
          .collect(Collectors.joining(",", INSERT + " on conflict (id) do update set ", ""));

  private final Connection connection;
  private final Way way;
  private final PreparedStatement insert;
  private final PreparedStatement upsert;
  private final PreparedStatement delete;
  private final PreparedStatement move;
  private final LastChanges changes = new LastChanges();

  private HandPostgresClient(Connection connection, Way way) throws SQLException {
    this.connection = connection;
    this.way = way;
    try (Statement statement = connection.createStatement()) {
      statement.execute("set search_path = public");
      statement.execute(CREATE);
      statement.execute("create table bench_position (lsn bigint)");
      statement.execute("insert into bench_position values (0)");
    }
    connection.setAutoCommit(false);
    insert = connection.prepareStatement(INSERT);
    upsert = connection.prepareStatement(UPSERT);
    delete = connection.prepareStatement("delete from apply_rows where id = any(?)");
    move = connection.prepareStatement("update bench_position set lsn=?");
  }

  /** The seventh argument is the way: arrays or copy. */
  public static void main(String[] arguments) throws SQLException {
    ApplyTask task = ApplyTask.of(arguments);
    PostgresConnector connector =
        new PostgresConnector(
            ConnectionSettings.parse(task.destination(), Map.of()), "bench by hand");
    Way way = Way.valueOf(arguments[6].toUpperCase(Locale.ROOT));
    try (HandPostgresClient applier = new HandPostgresClient(connector.connect(), way)) {
      LoggedChanges.apply(task, applier);
    }
  }

  @Override
  public void begin(TransactionHeader transaction) {}

  @Override
  public void take(Change change) {
    changes.take(change);
  }

  @Override
  public void commit(Position position) throws SQLException {
    List<Row> rows = changes.present();
    if (way == Way.COPY && changes.isInserts()) {
      copy(rows);
    } else if (!rows.isEmpty()) {
      put(rows, changes.isInserts() ? insert : upsert);
    }
    List<Long> gone = changes.gone();
    if (!gone.isEmpty()) {
      delete.setArray(1, connection.createArrayOf("int8", gone.toArray()));
      delete.executeUpdate();
    }
    move.setLong(1, position.endLsn().value());
    move.executeUpdate();
    connection.commit();
    changes.clear();
  }

  private void put(List<Row> rows, PreparedStatement statement) throws SQLException {
    for (int column = 0; column < TYPES.size(); column++) {
      statement.setArray(
          column + 1, connection.createArrayOf(TYPES.get(column), values(rows, column)));
    }
    statement.executeUpdate();
  }

  private void copy(List<Row> rows) throws SQLException {
    StringBuilder lines = new StringBuilder(rows.size() * 256);
    rows.forEach(row -> line(row, lines));
    byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
    CopyIn copy =
        connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy apply_rows from stdin");
    copy.writeToCopy(text, 0, text.length);
    copy.endCopy();
  }

  private static void line(Row row, StringBuilder lines) {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.isNull(column)) {
        lines.append("\\N");
      } else {
        escape(row.text(column), lines);
      }
      lines.append(column + 1 < row.columnCount() ? '\t' : '\n');
    }
  }

  private static void escape(String text, StringBuilder lines) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> lines.append("\\\\");
        case '\t' -> lines.append("\\t");
        case '\n' -> lines.append("\\n");
        case '\r' -> lines.append("\\r");
        default -> lines.append(c);
      }
    }
  }

  private static Object[] values(List<Row> rows, int column) {
    Object[] values = new Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      Row row = rows.get(i);
      if (!row.isNull(column)) {
        values[i] = row.text(column);
      }
    }
    return values;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
