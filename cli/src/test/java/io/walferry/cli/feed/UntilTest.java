package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.pipeline.Until;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Postgres
final class UntilTest {
  @TempDir Path directory;

  @EachPostgres(from = 10)
  void nowEndsWithEverythingThatCommittedBefore(Database database) throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    run(database, Until.Now.NOW);
    assertEquals(List.of(1), destination());
    database.execute("INSERT INTO t VALUES (2)");
    run(database, Until.Now.NOW);
    assertEquals(List.of(1, 2), destination());
    run(database, Until.Now.NOW);
    assertEquals(List.of(1, 2), destination());
  }

  @Test
  void anLsnLeavesOutWhatCommittedLaterAndTheNextRunBringsIt(Database database) throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY)");
    run(database, Until.Now.NOW);
    database.execute("INSERT INTO t VALUES (1)");
    Lsn between = FeedSetup.walEnd(database);
    database.execute("INSERT INTO t VALUES (2)");
    run(database, new Until.At(between));
    assertEquals(List.of(1), destination());
    run(database, new Until.At(between));
    assertEquals(List.of(1), destination());
    run(database, Until.Now.NOW);
    assertEquals(List.of(1, 2), destination());
  }

  private void run(Database database, Until until) {
    FeedSetup.run(
        FeedSetup.settings(database.name(), List.of("public.*")).with(until),
        database,
        List.of(() -> FeedSetup.sqlite(file())));
  }

  private List<Integer> destination() throws SQLException {
    try (Connection connection = FeedSetup.open(file());
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT group_concat(id, ',') FROM (SELECT id FROM t ORDER BY 1)")) {
      result.next();
      return List.of(result.getString(1).split(",")).stream().map(Integer::valueOf).toList();
    }
  }

  private Path file() {
    return directory.resolve("copy.db");
  }
}
