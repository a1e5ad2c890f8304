package io.walferry.sinks;

import io.walferry.sink.Sink;
import io.walferry.sinks.postgres.PostgresFixture;
import io.walferry.sinks.sqlite.SqliteFixture;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** A destination for tests that every SQL sink has to pass. */
public interface SqlDestination {
  /** The engines there are. */
  enum Engine {
    POSTGRES,
    SQLITE;

    /** A destination in that database, or in a file of that folder. */
    public SqlDestination in(Database database, Path directory) {
      return switch (this) {
        case POSTGRES -> PostgresFixture.destination(database);
        case SQLITE -> SqliteFixture.destination(directory.resolve("shop.db"));
      };
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

  void execute(String... statements) throws SQLException;

  /** Every row as its columns joined by a bar; NULL as ∅. */
  List<String> rows(String query) throws SQLException;

  String positionTable();
}
