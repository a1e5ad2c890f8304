package io.walferry.sinks;

import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.Sink;
import io.walferry.sinks.mysql.MysqlFixture;
import io.walferry.sinks.postgres.PostgresFixture;
import io.walferry.sinks.sqlite.SqliteFixture;
import io.walferry.sinks.sqlserver.SqlServerFixture;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A destination for tests that every SQL sink has to pass. */
public interface SqlDestination {
  /** The engines there are. */
  enum Engine {
    POSTGRES,
    SQLITE,
    MYSQL,
    MARIADB,
    /** Where one is named; see {@link SqlServerFixture}. */
    SQLSERVER,
    /** The same, with versions of rows: READ_COMMITTED_SNAPSHOT and ALLOW_SNAPSHOT_ISOLATION. */
    SQLSERVER_VERSIONED;

    /** A destination in that database, in a file of that folder, or on one of those servers. */
    public SqlDestination in(Database database, Path directory, MysqlServers servers)
        throws SQLException {
      return switch (this) {
        case POSTGRES -> PostgresFixture.destination(database);
        case SQLITE -> SqliteFixture.destination(directory.resolve("shop.db"));
        case MYSQL -> on(servers, MysqlFlavor.MYSQL);
        case MARIADB -> on(servers, MysqlFlavor.MARIADB);
        case SQLSERVER -> SqlServerFixture.destination();
        case SQLSERVER_VERSIONED -> SqlServerFixture.versionedDestination();
      };
    }

    /** The database goes with the server. */
    private static SqlDestination on(MysqlServers servers, MysqlFlavor flavor) throws SQLException {
      servers.obstacle(flavor).ifPresent(Assumptions::abort);
      return MysqlFixture.destination(servers.server(flavor).createDatabase("sink"));
    }
  }

  /** A sink that hardly waits for locks. */
  Sink sink(ExistingRows existing);

  default Sink sink() {
    return sink(ExistingRows.REFUSE);
  }

  /** A sink that has finished an empty first load of the tables at 0/10. */
  default Sink following(SourceTable... tables) {
    return SinkCalls.following(sink(), tables);
  }

  /** Ends the test where readers are not held up by the locks that they ask for. */
  default void requireLocks() {}

  /** Looks at the letters that are there. */
  DeadLetterSearch letters();

  void execute(String... statements) throws SQLException;

  /** Every row as its columns joined by a bar; NULL as ∅. */
  List<String> rows(String query) throws SQLException;

  String positionTable();

  /** Where dead letters are. */
  default String letterTable() {
    return positionTable().replaceFirst("position$", "dead_letter");
  }
}
