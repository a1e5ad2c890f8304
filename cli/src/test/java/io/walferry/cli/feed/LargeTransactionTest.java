package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Postgres
final class LargeTransactionTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(2));

  @TempDir Path directory;

  /** About 200 MB of rows, four times the heap; and a kill within it leaves nothing of it. */
  @Test
  void aTransactionLargerThanTheHeapPassesWholeOrNotAtAll(Database database) throws Exception {
    database.execute("CREATE TABLE t (id int PRIMARY KEY, filler text); INSERT INTO t VALUES (0)");
    Path file = directory.resolve("copy.db");
    try (ChildJvm child = start(database, file)) {
      child.awaitLine(line -> line.startsWith("following"), PATIENCE);
      database.execute(
          "INSERT INTO t SELECT g, repeat(md5(g::text), 30) FROM generate_series(1, 200000) g");
      child.awaitLine(line -> line.startsWith("applying"), PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
    try (var connection = FeedSetup.open(file);
        var statement = connection.createStatement();
        var result = statement.executeQuery("SELECT count(*) FROM t")) {
      assertEquals(1, result.getInt(1), "rows of a transaction that was cut off");
    }
    try (ChildJvm child = start(database, file)) {
      Lsn end = FeedSetup.walEnd(database);
      child.awaitLine(line -> KillTest.hasReached(line, end), PATIENCE);
      child.kill();
      child.awaitExit(PATIENCE);
    }
    assertEquals(
        List.of(),
        FeedSetup.compare(database, file, List.of(new TableName("public", "t")))
            .tableDifferences());
  }

  private static ChildJvm start(Database database, Path file) {
    return ChildJvm.running(FeedMain.class)
        .arguments(database.uri(), database.name(), file.toString())
        .jvmOptions("-Xmx48m", "--enable-native-access=ALL-UNNAMED")
        .start();
  }
}
