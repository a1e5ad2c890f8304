package io.walferry.cli.feed;

import io.walferry.postgres.ServerAddress;
import io.walferry.sink.Sink;
import io.walferry.sinks.sqlserver.SqlServerConnector;
import io.walferry.sinks.sqlserver.SqlServerSettings;
import io.walferry.sinks.sqlserver.SqlServerSink;
import io.walferry.sinks.sqlserver.SqlServerSinkSettings;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A database on the server that {@value #URL} names, where one is named. Whoever reads it sees
 * versions of rows: one statement one state, as {@link TransferAudit} wants it.
 *
 * @param name its connection string
 */
record SqlServerCopy(String name) implements Destination {
  static final String PREFIX = "sqlserver://";
  private static final String URL = "WALFERRY_TEST_SQLSERVER_URL";
  private static final String DATABASE = "walferry_feed";

  /** Why there is none, if there is none. */
  static Optional<String> obstacle() {
    return Optional.ofNullable(System.getenv(URL)).isEmpty()
        ? Optional.of(URL + " names no server")
        : Optional.empty();
  }

  /** An empty one, in the place of the one before. Ends the test where no server is named. */
  static SqlServerCopy create() throws SQLException {
    String server = server();
    SqlServerCopy copy =
        new SqlServerCopy(server.replaceFirst("^(sqlserver://[^/]+)/[^?]*", "$1/" + DATABASE));
    copy.close();
    run(
        server,
        "CREATE DATABASE walferry_feed",
        "ALTER DATABASE walferry_feed SET READ_COMMITTED_SNAPSHOT ON",
        "ALTER DATABASE walferry_feed SET ALLOW_SNAPSHOT_ISOLATION ON");
    return copy;
  }

  /** With types that hold every value of the workload. */
  static Sink sink(String uri) {
    SqlServerSinkSettings settings =
        SqlServerSinkSettings.DEFAULT.withPolicies(FeedSetup.TEXTS).withDdl(FeedSetup.DDL);
    return new SqlServerSink(
        new SqlServerConnector(SqlServerSettings.parse(uri), settings), settings);
  }

  private static String server() {
    return Optional.ofNullable(System.getenv(URL))
        .orElseGet(() -> Assumptions.abort(URL + " names no server"));
  }

  @Override
  public Sink sink() {
    return sink(name);
  }

  @Override
  public ComparisonResult compare(Database source, List<TableName> tables) throws SQLException {
    try (Connection left = source.connect();
        Connection right = connect()) {
      return DatabaseComparison.between(left, right)
          .tables(tables)
          .mapping(
              table -> table.schema().equals("public") ? new TableName("dbo", table.name()) : table)
          .compare();
    }
  }

  @Override
  public Connection connect() {
    return connect(name);
  }

  private static Connection connect(String uri) {
    return new SqlServerConnector(SqlServerSettings.parse(uri), SqlServerSinkSettings.DEFAULT)
        .connect();
  }

  @Override
  public String positionTable() {
    return "walferry.position";
  }

  InetSocketAddress address() {
    ServerAddress server = SqlServerSettings.parse(name).server();
    return new InetSocketAddress(server.host(), server.port());
  }

  /** The same by way of a port of this machine. */
  String through(int port) {
    return name.replaceFirst("@[^/]+/", "@localhost:" + port + "/");
  }

  /** Takes it away from everybody, in the middle of what they do, until {@link #comeBack}. */
  void goAway() {
    alter("SET OFFLINE WITH ROLLBACK IMMEDIATE");
  }

  void comeBack() {
    alter("SET ONLINE");
  }

  private static void alter(String how) {
    try {
      run(server(), "ALTER DATABASE walferry_feed " + how);
    } catch (SQLException e) {
      throw new IllegalStateException("Could not " + how, e);
    }
  }

  private static void run(String uri, String... statements) throws SQLException {
    try (Connection connection = connect(uri);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    run(
        server(),
        "IF DB_ID(N'walferry_feed') IS NOT NULL BEGIN ALTER DATABASE walferry_feed SET SINGLE_USER"
            + " WITH ROLLBACK IMMEDIATE; DROP DATABASE walferry_feed; END");
  }
}
