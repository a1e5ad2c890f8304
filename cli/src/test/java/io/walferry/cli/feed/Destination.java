package io.walferry.cli.feed;

import io.walferry.apply.ParallelSink;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.deadletter.RowPolicies;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.LanedSink;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.Sink;
import io.walferry.sinks.jsonlines.JsonLinesSink;
import io.walferry.sinks.jsonlines.Rotation;
import io.walferry.sinks.mysql.MysqlConnector;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.mysql.MysqlSink;
import io.walferry.sinks.mysql.MysqlSinkSettings;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.workload.Workload;
import io.walferry.time.NanoClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** Where a feed of a test goes to. */
sealed interface Destination extends AutoCloseable
    permits Destination.Around,
        Destination.SqliteFile,
        Destination.PostgresDatabase,
        Destination.MysqlCopy,
        Destination.LinesFile,
        SqlServerCopy,
        KafkaTopics {
  /** What it is. */
  enum Kind {
    SQLITE,
    POSTGRES;

    /** An empty one, ready for the tables of the workload. */
    Destination create(Path directory, PostgresServer server, Workload workload)
        throws SQLException {
      return switch (this) {
        case SQLITE -> new SqliteFile(directory.resolve("copy.db"));
        case POSTGRES -> PostgresDatabase.create(server, workload);
      };
    }

    /** An empty one. */
    Destination create(Path directory, PostgresServer server) throws SQLException {
      return switch (this) {
        case SQLITE -> new SqliteFile(directory.resolve("copy.db"));
        case POSTGRES -> new PostgresDatabase(server.createDatabase("copy"));
      };
    }
  }

  /** Begins the name of a file of JSON lines, whose path follows. */
  String LINES = "lines:";

  Sink sink();

  /** From which {@link #named} makes it again in another process. */
  String name();

  ComparisonResult compare(Database source, List<TableName> tables) throws SQLException;

  default ComparisonResult compare(Database source, Workload workload) throws SQLException {
    return compare(source, workload.tables());
  }

  /** Whether it has tables to look at, and not only a log of what has happened to them. */
  default boolean hasTables() {
    return true;
  }

  Connection connect() throws SQLException;

  /** The table that says how far feeds have come. */
  String positionTable();

  /** The first column of the first row, as text. */
  default String answer(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  default void execute(String statement) throws SQLException {
    try (Connection connection = connect();
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  @Override
  void close() throws SQLException;

  static Sink named(String name) {
    if (name.startsWith(Lanes.PREFIX)) {
      LanedSink origin = (LanedSink) named(name.substring(Lanes.PREFIX.length()));
      return new ParallelSink(origin, origin, Lanes.COUNT, NanoClock.system());
    }
    if (name.startsWith(Tolerant.PREFIX)) {
      return new DeadLetterSink(
          (RevocableSink) named(name.substring(Tolerant.PREFIX.length())),
          RowPolicies.DEAD_LETTERS.withMost(100_000),
          RefusedRows.SILENT);
    }
    if (name.startsWith(KafkaTopics.PREFIX)) {
      return KafkaTopics.named(name);
    }
    if (name.startsWith(LINES)) {
      return JsonLinesSink.toFile(
          Path.of(name.substring(LINES.length())),
          ExistingRows.REFUSE,
          Rotation.bySize(LinesFile.BYTES));
    }
    if (name.startsWith(SqlServerCopy.PREFIX)) {
      return SqlServerCopy.sink(name);
    }
    if (name.startsWith("mysql:")) {
      return mysql(name, FeedSetup.DDL);
    }
    if (name.startsWith("postgresql:")) {
      return postgres(name);
    }
    if (Files.exists(awayMark(name))) {
      throw new WalferryException(ErrorCode.DESTINATION_UNREACHABLE, "it is away");
    }
    return FeedSetup.sqlite(Path.of(name));
  }

  /** As long as this file is there, a SQLite database of that name cannot be had by it. */
  static Path awayMark(String name) {
    return Path.of(name + ".away");
  }

  private static Sink postgres(String uri) {
    return new PostgresSink(
        FeedSetup.connector(uri), PostgresSinkSettings.DEFAULT.withDdl(FeedSetup.DDL));
  }

  /** With types that hold every value of the workload. */
  private static Sink mysql(String uri, DdlPolicies ddl) {
    MysqlSinkSettings settings =
        MysqlSinkSettings.DEFAULT.withPolicies(FeedSetup.TEXTS).withDdl(ddl);
    return new MysqlSink(new MysqlConnector(MysqlSettings.parse(uri), settings), settings);
  }

  /** Another one, in all but one thing. */
  sealed interface Around extends Destination {
    Destination plain();

    @Override
    default Sink sink() {
      return plain().sink();
    }

    @Override
    default ComparisonResult compare(Database source, List<TableName> tables) throws SQLException {
      return plain().compare(source, tables);
    }

    @Override
    default boolean hasTables() {
      return plain().hasTables();
    }

    @Override
    default Connection connect() throws SQLException {
      return plain().connect();
    }

    @Override
    default String positionTable() {
      return plain().positionTable();
    }

    @Override
    default void close() throws SQLException {
      plain().close();
    }
  }

  /** Another one, which has dead letters for rows that it does not take. */
  record Tolerant(Destination plain) implements Around {
    private static final String PREFIX = "tolerant:";

    @Override
    public Sink sink() {
      return named(name());
    }

    @Override
    public String name() {
      return PREFIX + plain.name();
    }
  }

  /** Another one, to which batches go side by side. */
  record Lanes(Destination plain) implements Around {
    private static final String PREFIX = "lanes:";
    private static final int COUNT = 3;

    @Override
    public Sink sink() {
      return named(name());
    }

    @Override
    public String name() {
      return PREFIX + plain.name();
    }
  }

  /**
   * Another one that feeds of other processes reach by another way.
   *
   * @param name the way
   */
  record Through(Destination plain, String name) implements Around {}

  /** Files of JSON lines in a directory of their own, small ones that follow one another. */
  record LinesFile(Path file) implements Destination {
    private static final long BYTES = 64 << 10;

    /** In their order, the open one last. */
    List<Path> files() {
      try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
        return files.sorted().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Sink sink() {
      return named(name());
    }

    @Override
    public String name() {
      return LINES + file;
    }

    @Override
    public ComparisonResult compare(Database source, List<TableName> tables) throws SQLException {
      return LinesReplica.compare(source, files(), tables);
    }

    @Override
    public boolean hasTables() {
      return false;
    }

    @Override
    public Connection connect() {
      throw new UnsupportedOperationException("Lines have no connections");
    }

    @Override
    public String positionTable() {
      throw new UnsupportedOperationException("Lines have no tables");
    }

    @Override
    public void close() {}
  }

  /** A SQLite database. */
  record SqliteFile(Path file) implements Destination {
    @Override
    public Sink sink() {
      return FeedSetup.sqlite(file);
    }

    @Override
    public String name() {
      return file.toString();
    }

    @Override
    public ComparisonResult compare(Database source, List<TableName> tables) throws SQLException {
      return FeedSetup.compare(source, file, tables);
    }

    @Override
    public Connection connect() throws SQLException {
      return FeedSetup.open(file);
    }

    @Override
    public String positionTable() {
      return "walferry_position";
    }

    @Override
    public void close() {}
  }

  /** A database of its own on a MySQL or MariaDB server. */
  record MysqlCopy(MysqlDatabase database) implements Destination {
    @Override
    public Sink sink() {
      return sink(FeedSetup.DDL);
    }

    Sink sink(DdlPolicies ddl) {
      return mysql(database.uri(), ddl);
    }

    @Override
    public String name() {
      return database.uri();
    }

    @Override
    public ComparisonResult compare(Database source, List<TableName> tables) throws SQLException {
      try (Connection left = source.connect();
          Connection right = connect()) {
        return DatabaseComparison.between(left, right)
            .tables(tables)
            .mapping(
                table ->
                    new TableName(
                        database.name(),
                        table.schema().equals("public")
                            ? table.name()
                            : table.schema() + "." + table.name()))
            .compare();
      }
    }

    /** With quotes as the other engines have them, and truth values as numbers. */
    @Override
    public Connection connect() throws SQLException {
      String url =
          database.jdbcUrl() + "?tinyInt1isBit=false&sessionVariables=sql_mode=ANSI_QUOTES";
      return DriverManager.getConnection(
          url, database.server().user(), database.server().password());
    }

    @Override
    public String positionTable() {
      return "walferry_position";
    }

    @Override
    public void close() throws SQLException {
      database.close();
    }
  }

  /** A database of its own on a PostgreSQL server. */
  record PostgresDatabase(Database database) implements Destination {
    /** With the types of the workload, which a feed does not create, but without its tables. */
    static PostgresDatabase create(PostgresServer server, Workload workload) throws SQLException {
      Database database = server.createDatabase("copy");
      try (Connection connection = database.connect()) {
        workload.createSchema(connection);
      }
      for (TableName table : workload.tables()) {
        database.execute("DROP TABLE " + table);
      }
      return new PostgresDatabase(database);
    }

    @Override
    public Sink sink() {
      return postgres(database.uri());
    }

    @Override
    public String name() {
      return database.uri();
    }

    @Override
    public ComparisonResult compare(Database source, List<TableName> tables) throws SQLException {
      try (Connection left = source.connect();
          Connection right = database.connect()) {
        return DatabaseComparison.between(left, right).tables(tables).compare();
      }
    }

    @Override
    public Connection connect() throws SQLException {
      return database.connect();
    }

    @Override
    public String positionTable() {
      return "walferry.position";
    }

    @Override
    public void close() throws SQLException {
      database.close();
    }
  }
}
