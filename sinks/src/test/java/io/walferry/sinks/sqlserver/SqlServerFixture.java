package io.walferry.sinks.sqlserver;

import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.Sink;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.SqlDestination;
import io.walferry.sinks.table.ExistingRows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** What tests of the SQL Server sink do again and again. */
public final class SqlServerFixture {
  /** Names a server and a user who may create databases; without it there is no such test. */
  static final String URL = "WALFERRY_TEST_SQLSERVER_URL";

  /** Hardly waits for locks, so that a test of them ends soon. */
  static final SqlServerSinkSettings IMPATIENT =
      SqlServerSinkSettings.DEFAULT.withLockTimeout(Duration.ofSeconds(1));

  /** Names {@link Feature}s that the server is without, by commas. */
  private static final String LACKS = "WALFERRY_TEST_SQLSERVER_LACKS";

  private static final String DATABASE = "walferry_test";

  /** Has reads of committed rows see versions, and lets whoever asks for it read a snapshot. */
  private static final String VERSIONED =
      "ALTER DATABASE walferry_test SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;"
          + " ALTER DATABASE walferry_test SET ALLOW_SNAPSHOT_ISOLATION ON";

  /** Names what a server may lack that only speaks the protocol. */
  enum Feature {
    /** HOLDLOCK and XLOCK hold others up. */
    LOCKS,
    /** CONVERT with style 126 makes times of ISO 8601, with a T. */
    TIMES,
    /** Texts of one column are equal by their own rules. */
    COLLATIONS,
    /** Constraints can be switched off. */
    NOCHECK,
    /** DATALENGTH counts two bytes for each character of a text. */
    DATALENGTH
  }

  private SqlServerFixture() {}

  /** Ends the test where the server is without this. */
  static void require(Feature feature) {
    String lacks = Optional.ofNullable(System.getenv(LACKS)).orElse("");
    if (List.of(lacks.split(",")).contains(feature.name().toLowerCase(Locale.ROOT))) {
      Assumptions.abort(LACKS + " names " + lacks);
    }
  }

  /** An empty database, in the place of the one before. */
  static SqlServerSettings database() throws SQLException {
    String url =
        Optional.ofNullable(System.getenv(URL))
            .orElseGet(() -> Assumptions.abort(URL + " names no server"));
    SqlServerSettings server = SqlServerSettings.parse(url);
    run(
        server,
        "IF DB_ID(N'walferry_test') IS NOT NULL BEGIN ALTER DATABASE walferry_test SET SINGLE_USER"
            + " WITH ROLLBACK IMMEDIATE; DROP DATABASE walferry_test; END",
        // One under which names and texts fall together that differ by case.
        "CREATE DATABASE walferry_test COLLATE Latin1_General_CI_AS");
    return server.withDatabase(DATABASE);
  }

  /** The same, where reads of others see versions of rows and wait for nobody. */
  static SqlServerSettings versionedDatabase() throws SQLException {
    SqlServerSettings database = database();
    run(database.withDatabase("master"), VERSIONED);
    return database;
  }

  static SqlServerSink sink(SqlServerSettings database, SqlServerSinkSettings settings) {
    return new SqlServerSink(new SqlServerConnector(database, settings), settings);
  }

  static SqlServerSink sink(SqlServerSettings database) {
    return sink(database, IMPATIENT);
  }

  /** A sink that has finished an empty first load of the tables at 0/10. */
  static SqlServerSink following(SqlServerSettings database, SourceTable... tables) {
    return SinkCalls.following(sink(database), tables);
  }

  /** An empty database as a destination that can be any. */
  public static SqlDestination destination() throws SQLException {
    return destination(database());
  }

  /** The same, with versions of rows. */
  public static SqlDestination versionedDestination() throws SQLException {
    return destination(versionedDatabase());
  }

  private static SqlDestination destination(SqlServerSettings database) {
    return new SqlDestination() {
      @Override
      public Sink sink(ExistingRows existing) {
        return SqlServerFixture.sink(database, IMPATIENT.withExisting(existing));
      }

      @Override
      public void requireLocks() {
        require(Feature.LOCKS);
      }

      @Override
      public DeadLetterSearch letters() {
        require(Feature.TIMES);
        return SqlServerSink.letters(new SqlServerConnector(database, IMPATIENT));
      }

      @Override
      public void execute(String... statements) throws SQLException {
        for (String statement : statements) {
          // An index takes no text of any length.
          run(
              database,
              statement.replace(" text", " nvarchar(99) COLLATE " + ColumnDefinitions.COLLATION));
        }
      }

      @Override
      public List<String> rows(String query) throws SQLException {
        return SqlServerFixture.rows(database, query.replace(" || ", " + "));
      }

      @Override
      public String positionTable() {
        return "walferry.position";
      }
    };
  }

  /** Every row as its columns joined by a bar; NULL as ∅. */
  static List<String> rows(SqlServerSettings database, String query) throws SQLException {
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

  static void run(SqlServerSettings database, String... statements) throws SQLException {
    try (Connection connection = open(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        boolean unused = statement.execute(sql);
      }
    }
  }

  private static Connection open(SqlServerSettings database) {
    return new SqlServerConnector(database, SqlServerSinkSettings.DEFAULT).connect();
  }
}
