package io.walferry.sinks.mysql;

import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.Sink;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.SqlDestination;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.mysql.MysqlDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What tests of the MySQL sink do again and again. */
public final class MysqlFixture {
  /** Hardly waits for locks, so that a test of them ends soon. */
  static final MysqlSinkSettings IMPATIENT =
      MysqlSinkSettings.DEFAULT.withLockTimeout(Duration.ofSeconds(1));

  private MysqlFixture() {}

  static MysqlSink sink(MysqlDatabase database, MysqlSinkSettings settings) {
    return new MysqlSink(
        new MysqlConnector(MysqlSettings.parse(database.uri()), settings), settings);
  }

  static MysqlSink sink(MysqlDatabase database) {
    return sink(database, IMPATIENT);
  }

  /** A sink that has finished an empty first load of the tables at 0/10. */
  static MysqlSink following(MysqlDatabase database, SourceTable... tables) {
    return SinkCalls.following(sink(database), tables);
  }

  /** The database as a destination that can be any. */
  public static SqlDestination destination(MysqlDatabase database) {
    return new SqlDestination() {
      @Override
      public Sink sink(ExistingRows existing) {
        return MysqlFixture.sink(database, IMPATIENT.withExisting(existing));
      }

      @Override
      public DeadLetterSearch letters() {
        return MysqlSink.letters(
            new MysqlConnector(MysqlSettings.parse(database.uri()), IMPATIENT));
      }

      @Override
      public void execute(String... statements) throws SQLException {
        for (String statement : statements) {
          // An index takes no text of any length.
          run(database, statement.replace(" text", " varchar(99)"));
        }
      }

      @Override
      public List<String> rows(String query) throws SQLException {
        return MysqlFixture.rows(database, query);
      }

      @Override
      public String positionTable() {
        return "walferry_position";
      }
    };
  }

  /** Every row as its columns joined by a bar; NULL as ∅. */
  static List<String> rows(MysqlDatabase database, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = open(database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
          row.append(column > 1 ? "|" : "");
          row.append(result.getObject(column) == null ? "∅" : result.getString(column));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  static void run(MysqlDatabase database, String... statements) throws SQLException {
    try (Connection connection = open(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }

  /** With the SQL that the other engines speak. */
  private static Connection open(MysqlDatabase database) throws SQLException {
    Connection connection = database.connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'");
    }
    return connection;
  }
}
