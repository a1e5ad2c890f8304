package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.stream.Collectors;

/** SQLite by prepared upserts in one transaction, with the sink's durability. */
public final class HandSqliteClient implements Applier {
  private static final String CREATE =
      """
      create table apply_rows (
        id integer primary key, customer integer not null, amount text, status text, title text,
        note text, created text, active integer, ratio real, ref text)\
      """;

  private static final String INSERT =
      "insert into apply_rows values ("
          + String.join(",", Collections.nCopies(AppliedTable.COLUMNS.size(), "?"))
          + ")";

  private static final String UPSERT =
      AppliedTable.COLUMNS.stream()
          .skip(1)
          .map(column -> column + "=excluded." + column)
          .collect(Collectors.joining(",", INSERT + " on conflict (id) do update set ", ""));

  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement upsert;
  private final PreparedStatement delete;
  private final PreparedStatement move;
  private final LastChanges changes = new LastChanges();

  private HandSqliteClient(Connection connection) throws SQLException {
    this.connection = connection;
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma journal_mode=wal");
      statement.execute("pragma synchronous=full");
      statement.execute("pragma wal_autocheckpoint=8192");
      statement.execute("pragma cache_size=-32768");
      statement.execute(CREATE);
      statement.execute("create table bench_position (lsn integer)");
      statement.execute("insert into bench_position values (0)");
    }
    connection.setAutoCommit(false);
    insert = connection.prepareStatement(INSERT);
    upsert = connection.prepareStatement(UPSERT);
    delete = connection.prepareStatement("delete from apply_rows where id=?");
    move = connection.prepareStatement("update bench_position set lsn=?");
  }

  public static void main(String[] arguments) throws SQLException {
    ApplyTask task = ApplyTask.of(arguments);
    try (HandSqliteClient applier =
        new HandSqliteClient(DriverManager.getConnection("jdbc:sqlite:" + task.destination()))) {
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
    PreparedStatement put = changes.isInserts() ? insert : upsert;
    for (Row row : changes.present()) {
      bind(row, put);
      put.addBatch();
    }
    put.executeBatch();
    for (long key : changes.gone()) {
      delete.setLong(1, key);
      delete.addBatch();
    }
    delete.executeBatch();
    move.setLong(1, position.endLsn().value());
    move.executeUpdate();
    connection.commit();
    changes.clear();
  }

  private static void bind(Row row, PreparedStatement put) throws SQLException {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.isNull(column)) {
        put.setString(column + 1, null);
        continue;
      }
      switch (AppliedTable.COLUMNS.get(column)) {
        case "id", "customer" -> put.setLong(column + 1, row.integer(column));
        case "active" -> put.setInt(column + 1, row.text(column).equals("t") ? 1 : 0);
        case "ratio" -> put.setDouble(column + 1, Double.parseDouble(row.text(column)));
        default -> put.setString(column + 1, row.text(column));
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
