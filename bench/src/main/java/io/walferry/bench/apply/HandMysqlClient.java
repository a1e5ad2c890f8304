package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.sinks.mysql.MysqlConnector;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.mysql.MysqlSinkSettings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** MySQL or MariaDB, written by hand. */
public final class HandMysqlClient implements Applier {
  /** How rows get there; what is changed several times in a batch goes once. */
  private enum Way {
    /** By LOAD DATA LOCAL into a temporary table, and from there by one statement. */
    STAGED,
    /** New rows by LOAD DATA LOCAL right into the table, the rest as above. */
    DIRECT,
    /** By statements of many rows. */
    MULTIROW
  }

  private static final int STATEMENT_ROWS = 1000;
  private static final String TABLE = AppliedTable.NAME;

  private static final String CREATE =
      """
      create table apply_rows (
        id bigint primary key, customer int not null, amount decimal(12,2), status varchar(20),
        title longtext, note longtext, created datetime(6), active tinyint(1), ratio double,
        ref char(36))\
      """;

  private static final String UPSERT =
      AppliedTable.COLUMNS.stream()
          .skip(1)
          .map(column -> column + "=values(" + column + ")")
          .collect(Collectors.joining(",", " on duplicate key update ", ""));

  private final Connection connection;
  private final Way way;
  private final LastChanges changes = new LastChanges();

  private HandMysqlClient(Connection connection, Way way) throws SQLException {
    this.connection = connection;
    this.way = way;
    execute(CREATE);
    execute("create table bench_position (lsn bigint)");
    execute("insert into bench_position values (0)");
    connection.setAutoCommit(false);
  }

  /** The seventh argument is the way: staged, direct or multirow. */
  public static void main(String[] arguments) throws SQLException {
    ApplyTask task = ApplyTask.of(arguments);
    MysqlConnector connector =
        new MysqlConnector(MysqlSettings.parse(task.destination()), MysqlSinkSettings.DEFAULT);
    Way way = Way.valueOf(arguments[6].toUpperCase(Locale.ROOT));
    try (HandMysqlClient applier = new HandMysqlClient(connector.connect(), way)) {
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
    if (way == Way.MULTIROW) {
      upsert(changes.present());
      delete(changes.gone());
    } else {
      load(changes.present());
      deleteStaged(changes.gone());
    }
    execute("update bench_position set lsn=" + position.endLsn().value());
    connection.commit();
    changes.clear();
  }

  private void load(List<Row> rows) throws SQLException {
    StringBuilder lines = new StringBuilder(rows.size() * 256);
    for (Row row : rows) {
      line(row, lines);
    }
    if (way == Way.DIRECT && changes.isInserts()) {
      load(TABLE, lines);
      return;
    }
    execute("create temporary table stage like " + TABLE);
    execute("alter table stage drop primary key");
    load("stage", lines);
    execute("insert into " + TABLE + " select * from stage" + (changes.isInserts() ? "" : UPSERT));
    execute("drop temporary table stage");
  }

  private static void line(Row row, StringBuilder lines) {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.isNull(column)) {
        lines.append("\\N");
      } else {
        escape(AppliedTable.text(row, column), lines);
      }
      lines.append(column + 1 < row.columnCount() ? '\t' : '\n');
    }
  }

  private static void escape(String text, StringBuilder lines) {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      switch (character) {
        case '\\', '\t', '\n' -> lines.append('\\').append(character);
        default -> lines.append(character);
      }
    }
  }

  private void load(String table, CharSequence lines) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      org.mariadb.jdbc.Statement local = statement.unwrap(org.mariadb.jdbc.Statement.class);
      local.setLocalInfileInputStream(
          new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)));
      local.executeUpdate(
          "load data local infile 'bench' into table " + table + " character set utf8mb4");
    }
  }

  private void deleteStaged(List<Long> keys) throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    execute("create temporary table gone (id bigint primary key)");
    StringBuilder lines = new StringBuilder();
    keys.forEach(key -> lines.append(key).append('\n'));
    load("gone", lines);
    execute("delete " + TABLE + " from " + TABLE + " join gone using (id)");
    execute("drop temporary table gone");
  }

  private void upsert(List<Row> rows) throws SQLException {
    for (int from = 0; from < rows.size(); from += STATEMENT_ROWS) {
      List<Row> some = rows.subList(from, Math.min(rows.size(), from + STATEMENT_ROWS));
      String values =
          "(" + String.join(",", Collections.nCopies(AppliedTable.COLUMNS.size(), "?")) + ")";
      String sql =
          "insert into "
              + TABLE
              + " values "
              + String.join(",", Collections.nCopies(some.size(), values))
              + (changes.isInserts() ? "" : UPSERT);
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        int parameter = 1;
        for (Row row : some) {
          for (int column = 0; column < row.columnCount(); column++) {
            statement.setString(
                parameter++, row.isNull(column) ? null : AppliedTable.text(row, column));
          }
        }
        statement.executeUpdate();
      }
    }
  }

  private void delete(List<Long> keys) throws SQLException {
    for (int from = 0; from < keys.size(); from += STATEMENT_ROWS) {
      List<Long> some = keys.subList(from, Math.min(keys.size(), from + STATEMENT_ROWS));
      execute(
          "delete from "
              + TABLE
              + " where id in ("
              + some.stream().map(String::valueOf).collect(Collectors.joining(","))
              + ")");
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
