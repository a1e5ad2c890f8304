package io.walferry.sinks.sqlite;

import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.Sink;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.SqlDestination;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What tests of the SQLite sink do again and again. */
public final class SqliteFixture {
  /** Does not wait for locks, so that a test of them ends at once. */
  static final SqliteSettings IMPATIENT =
      new SqliteSettings(Duration.ZERO, ExistingRows.REFUSE, DdlPolicies.DEFAULT);

  private SqliteFixture() {}

  static SqliteSink sink(Path file) {
    return new SqliteSink(file, IMPATIENT);
  }

  /** A sink that has finished an empty first load of the tables at 0/10. */
  static SqliteSink following(Path file, SourceTable... tables) {
    return SinkCalls.following(sink(file), tables);
  }

  /** The file as a destination that can be any. */
  public static SqlDestination destination(Path file) {
    return new SqlDestination() {
      @Override
      public Sink sink(ExistingRows existing) {
        return new SqliteSink(file, IMPATIENT.withExisting(existing));
      }

      @Override
      public DeadLetterSearch letters() {
        return SqliteSink.letters(file);
      }

      @Override
      public void execute(String... statements) throws SQLException {
        run(file, statements);
      }

      @Override
      public List<String> rows(String query) throws SQLException {
        return SqliteFixture.rows(file, query);
      }

      @Override
      public String positionTable() {
        return "walferry_position";
      }
    };
  }

  /** Every row as its columns joined by a bar; NULL as ∅. */
  static List<String> rows(Path file, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
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

  static void run(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }
}
