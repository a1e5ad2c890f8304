package io.walferry.sinks.sqlite;

import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;

import io.walferry.sinks.SourceTable;
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
final class SqliteFixture {
  /** Does not wait for locks, so that a test of them ends at once. */
  static final SqliteSettings IMPATIENT = new SqliteSettings(Duration.ZERO, 1 << 20);

  private SqliteFixture() {}

  static SqliteSink sink(Path file) {
    return new SqliteSink(file, IMPATIENT);
  }

  /** A sink that has finished an empty first load of the tables at 0/10. */
  static SqliteSink following(Path file, SourceTable... tables) {
    SqliteSink sink = sink(file);
    sink.open(FEED);
    sink.startLoad(published(tables));
    sink.finishLoad(position(0x10));
    return sink;
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
