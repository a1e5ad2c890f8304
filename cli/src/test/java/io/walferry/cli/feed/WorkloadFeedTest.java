package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Postgres
final class WorkloadFeedTest {
  static final List<String> TABLES = List.of("*.*");

  /** Before, the stream does not carry it. */
  private static final int TRUNCATE_SINCE = 11;

  @TempDir Path directory;

  @EachPostgres
  void contentsAreEqualAfterALoadUnderWritesAndAStream(Database database) throws Exception {
    loadFollowAndCompare(Kind.SQLITE, database, database.server());
  }

  @EachPostgres(from = 10, to = 13)
  void contentsAreEqualFromAnOlderServerToo(Database database) throws Exception {
    loadFollowAndCompare(Kind.SQLITE, database, database.server());
  }

  @ParameterizedTest
  @CsvSource({"10, 18", "14, 18", "18, 14", "14, 14", "18, 18"})
  void contentsAreEqualInAnotherPostgres(int from, int to, PostgresServers servers)
      throws Exception {
    try (Database source = servers.server(from).createDatabase("source")) {
      loadFollowAndCompare(Kind.POSTGRES, source, servers.server(to));
    }
  }

  private void loadFollowAndCompare(Kind kind, Database database, PostgresServer server)
      throws Exception {
    long seed = Seeds.next();
    Workload workload =
        database.server().major() >= TRUNCATE_SINCE
            ? Workload.create(seed)
            : Workload.withoutTruncate(seed);
    FeedSetup.streamEarly(database);
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 100, 4);
    CompletableFuture<Void> writes =
        CompletableFuture.runAsync(() -> workload.run(database::connect, 100, 4));
    try (Destination destination = kind.create(directory, server, workload)) {
      try (RunningFeed feed = start(database, destination)) {
        writes.join();
        feed.awaitFollowing();
        workload.run(database::connect, 100, 4);
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      FeedSetup.catchUp(database, destination);
      ComparisonResult result = destination.compare(database, workload);
      assertEquals(List.of(), result.tableDifferences(), "seed " + workload.seed());
      assertTrue(result.rowsCompared() > 0, "seed " + workload.seed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRestartGoesOnWhereTheLastRunStopped(Kind kind, Database database) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    FeedSetup.streamEarly(database);
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 50, 2);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      long rowsLoaded = 0;
      for (int run = 0; run < 4; run++) {
        try (RunningFeed feed = start(database, destination)) {
          feed.awaitFollowing();
          workload.run(database::connect, 30, 2);
          feed.awaitDurable(FeedSetup.walEnd(database));
          rowsLoaded = run == 0 ? feed.rowsLoaded() : rowsLoaded;
          assertEquals(run == 0 ? rowsLoaded : 0, feed.rowsLoaded(), "loaded again");
        }
        workload.run(database::connect, 30, 2);
      }
      try (RunningFeed feed = start(database, destination)) {
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      assertEquals(
          List.of(),
          destination.compare(database, workload).tableDifferences(),
          "seed " + workload.seed());
    }
  }

  private static RunningFeed start(Database database, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(database.name(), TABLES),
        FeedSetup.connector(database.uri()),
        destination::sink);
  }
}
