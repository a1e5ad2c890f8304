package io.walferry.sinks.postgres;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.Sink;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.SqlDestination;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What tests of the PostgreSQL sink do again and again. */
public final class PostgresFixture {
  /**
   * Waits little for locks, so that a test of them ends soon; but longer than a server process
   * needs to notice that its client has gone, and lets go of its own.
   */
  static final PostgresSinkSettings IMPATIENT =
      PostgresSinkSettings.DEFAULT.withLockTimeout(Duration.ofSeconds(1));

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
    return SinkCalls.following(sink(database), tables);
  }

  /** The database as a destination that can be any. */
  public static SqlDestination destination(Database database) {
    return new SqlDestination() {
      @Override
      public Sink sink(ExistingRows existing) {
        return new PostgresSink(connector(database.uri()), IMPATIENT.withExisting(existing));
      }

      @Override
      public DeadLetterSearch letters() {
        return PostgresSink.letters(connector(database.uri()));
      }

      @Override
      public void execute(String... statements) throws SQLException {
        database.execute(String.join(";", statements));
      }

      @Override
      public List<String> rows(String query) throws SQLException {
        return PostgresFixture.rows(database, query);
      }

      @Override
      public String positionTable() {
        return "walferry.position";
      }
    };
  }

  /** The URI of the database for a new role with no rights but these. */
  static String asRole(Database database, String grants) throws SQLException {
    String role = "r" + UUID.randomUUID().toString().replace("-", "");
    database.execute("CREATE ROLE " + role + " LOGIN");
    if (!grants.isEmpty()) {
      database.execute(grants.formatted(role, '"' + database.name() + '"'));
    }
    return database.uri().replace("postgres@", role + "@");
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
