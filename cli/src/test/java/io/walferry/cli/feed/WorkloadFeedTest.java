package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Postgres
final class WorkloadFeedTest {
  static final List<String> TABLES = List.of("*.*");

  @TempDir Path directory;

  @EachPostgres
  void contentsAreEqualAfterALoadUnderWritesAndAStream(Database database) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 100, 4);
    CompletableFuture<Void> writes =
        CompletableFuture.runAsync(() -> workload.run(database::connect, 100, 4));
    Path file = directory.resolve("copy.db");
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.settings(database.name(), TABLES),
            FeedSetup.connector(database.uri()),
            () -> FeedSetup.sqlite(file))) {
      writes.join();
      feed.awaitFollowing();
      workload.run(database::connect, 100, 4);
      feed.awaitDurable(FeedSetup.walEnd(database));
    }
    ComparisonResult result = FeedSetup.compare(database, file, workload.tables());
    assertEquals(List.of(), result.tableDifferences(), "seed " + workload.seed());
    assertTrue(result.rowsCompared() > 0, "seed " + workload.seed());
  }

  @Test
  void aRestartGoesOnWhereTheLastRunStopped(Database database) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 50, 2);
    Path file = directory.resolve("copy.db");
    long rowsLoaded = 0;
    for (int run = 0; run < 4; run++) {
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(database.name(), TABLES),
              FeedSetup.connector(database.uri()),
              () -> FeedSetup.sqlite(file))) {
        feed.awaitFollowing();
        workload.run(database::connect, 30, 2);
        feed.awaitDurable(FeedSetup.walEnd(database));
        rowsLoaded = run == 0 ? feed.rowsLoaded() : rowsLoaded;
        assertEquals(run == 0 ? rowsLoaded : 0, feed.rowsLoaded(), "loaded again");
      }
      workload.run(database::connect, 30, 2);
    }
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.settings(database.name(), TABLES),
            FeedSetup.connector(database.uri()),
            () -> FeedSetup.sqlite(file))) {
      feed.awaitDurable(FeedSetup.walEnd(database));
    }
    assertEquals(
        List.of(),
        FeedSetup.compare(database, file, workload.tables()).tableDifferences(),
        "seed " + workload.seed());
  }
}
