package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** PostgreSQL by upserts of arrays, one for each column. */
public final class HandPostgresClient implements Applier {
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

  private static final String UPSERT =
      AppliedTable.COLUMNS.stream()
          .skip(1)
          .map(column -> column + "=excluded." + column)
          .collect(
              Collectors.joining(
                  ",",
                  TYPES.stream()
                      .map(type -> "?::" + type + "[]")
                      .collect(
                          Collectors.joining(
                              ",",
                              "insert into apply_rows select * from unnest(",
                              ") on conflict (id) do update set ")),
                  ""));

  private final Connection connection;
  private final PreparedStatement upsert;
  private final PreparedStatement delete;
  private final PreparedStatement move;
  private final LastChanges changes = new LastChanges();

  private HandPostgresClient(Connection connection) throws SQLException {
    this.connection = connection;
    try (Statement statement = connection.createStatement()) {
      statement.execute("set search_path = public");
      statement.execute(CREATE);
      statement.execute("create table bench_position (lsn bigint)");
      statement.execute("insert into bench_position values (0)");
    }
    connection.setAutoCommit(false);
    upsert = connection.prepareStatement(UPSERT);
    delete = connection.prepareStatement("delete from apply_rows where id = any(?)");
    move = connection.prepareStatement("update bench_position set lsn=?");
  }

  public static void main(String[] arguments) throws SQLException {
    ApplyTask task = ApplyTask.of(arguments);
    PostgresConnector connector =
        new PostgresConnector(
            ConnectionSettings.parse(task.destination(), Map.of()), "bench by hand");
    try (HandPostgresClient applier = new HandPostgresClient(connector.connect())) {
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
    if (!rows.isEmpty()) {
      for (int column = 0; column < TYPES.size(); column++) {
        upsert.setArray(
            column + 1, connection.createArrayOf(TYPES.get(column), values(rows, column)));
      }
      upsert.executeUpdate();
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
