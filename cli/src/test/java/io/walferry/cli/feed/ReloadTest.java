package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A table is read again while the feed runs and while it is written to. */
@Postgres
final class ReloadTest {
  @TempDir Path directory;
  private final Workload workload = Workload.create(Seeds.next());

  @ParameterizedTest
  @EnumSource
  void tablesThatAreLoadedAgainUnderWritesEndEqual(Kind kind, Database database) throws Exception {
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 60, 4);
    try (Destination destination = kind.create(directory, database.server(), workload)) {
      AtomicBoolean writing = new AtomicBoolean(true);
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(database.name(), WorkloadFeedTest.TABLES),
              FeedSetup.connector(database.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        CompletableFuture<Void> writer =
            CompletableFuture.runAsync(
                () -> {
                  while (writing.get()) {
                    workload.run(database::connect, 10, 4);
                  }
                });
        try {
          for (int round = 0; round < 3; round++) {
            for (var table : workload.tables()) {
              reload(database, new TableId(table.schema(), table.name()));
            }
            feed.awaitDurable(FeedSetup.walEnd(database));
          }
        } finally {
          writing.set(false);
          writer.join();
        }
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      FeedSetup.catchUp(database, destination);
      assertEquals(
          List.of(),
          destination.compare(database, workload).tableDifferences(),
          "seed " + workload.seed());
    }
  }

  @Test
  void whatSomebodyElseHasSpoiledIsMended(Database database) throws Exception {
    database.execute(
        """
        create table item (id int primary key, name text);
        create table other (id int primary key, name text);
        insert into item select g, 'name ' || g from generate_series(1, 2000) g;
        insert into other select g, 'name ' || g from generate_series(1, 10) g
        """);
    Path file = directory.resolve("copy.db");
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.settings(database.name(), List.of("public.*")),
            FeedSetup.connector(database.uri()),
            () -> FeedSetup.sqlite(file))) {
      feed.awaitFollowing();
      feed.awaitDurable(FeedSetup.walEnd(database));
      try (Connection copy = FeedSetup.open(file)) {
        copy.createStatement().executeUpdate("delete from item where id % 3 = 0");
        copy.createStatement().executeUpdate("update item set name = 'spoiled' where id % 5 = 0");
        copy.createStatement().executeUpdate("insert into item values (-1, 'made up')");
      }
      long loaded = feed.rowsLoaded();
      reload(database, new TableId("public", "item"));
      feed.awaitDurable(FeedSetup.walEnd(database));
      assertEquals(loaded + 2000, feed.rowsLoaded());
    }
    var tables =
        List.of(
            new io.walferry.testkit.compare.TableName("public", "item"),
            new io.walferry.testkit.compare.TableName("public", "other"));
    assertEquals(List.of(), FeedSetup.compare(database, file, tables).tableDifferences());
    assertTrue(FeedSetup.compare(database, file, tables).rowsCompared() >= 2010);
  }

  private static void reload(Database database, TableId table) throws SQLException {
    try (Connection source = FeedSetup.connector(database.uri()).connect()) {
      new ReloadRequest(database.name(), table).send(source);
    }
  }
}
