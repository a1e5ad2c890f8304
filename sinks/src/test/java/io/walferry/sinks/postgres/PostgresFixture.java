package io.walferry.sinks.postgres;

import static io.walferry.sinks.SinkCalls.FEED;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SinkCalls.published;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What tests of the PostgreSQL sink do again and again. */
final class PostgresFixture {
  /** Hardly waits for locks, so that a test of them ends soon. */
  static final PostgresSinkSettings IMPATIENT =
      new PostgresSinkSettings(Duration.ofMillis(50), 1 << 20, 1 << 20);

  private PostgresFixture() {}

  static PostgresSink sink(Database database) {
    return sink(database.uri());
  }

  static PostgresSink sink(String uri) {
    return new PostgresSink(connector(uri), IMPATIENT);
  }

  static PostgresConnector connector(String uri) {
    return new PostgresConnector(ConnectionSettings.parse(uri, Map.of()), "sink test");
  }

  /** A sink that has finished an empty first load of the tables at 0/10. */
  static PostgresSink following(Database database, SourceTable... tables) {
    return loaded(sink(database), tables);
  }

  static PostgresSink loaded(PostgresSink sink, SourceTable... tables) {
    sink.open(FEED);
    sink.startLoad(published(tables));
    sink.finishLoad(position(0x10));
    return sink;
  }

  /** Every row as its columns joined by a bar; NULL as ∅. */
  static List<String> rows(Database database, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
          row.append(column > 1 ? "|" : "");
          row.append(result.getString(column) == null ? "∅" : result.getString(column));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }
}
