package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.pipeline.ReloadRequest;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
    var tables = List.of(new TableName("public", "item"), new TableName("public", "other"));
    assertEquals(List.of(), FeedSetup.compare(database, file, tables).tableDifferences());
    assertTrue(FeedSetup.compare(database, file, tables).rowsCompared() >= 2010);
  }

  /** Sees that the feed does not wait for its own transaction to make an index of the table. */
  @EachMysql
  void aTableThatLacksAnIndexIsLoadedAgainBehindChangesOfIt(Database source, MysqlDatabase database)
      throws Exception {
    source.execute(
        """
        create table item (id int, name text);
        alter table item replica identity full;
        insert into item select g, 'name ' || g from generate_series(1, 50) g
        """);
    Destination copy = new MysqlCopy(database);
    try (RunningFeed feed =
        RunningFeed.start(
            FeedSetup.settings(source.name(), List.of("public.*")),
            FeedSetup.connector(source.uri()),
            copy::sink)) {
      feed.awaitFollowing();
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("alter table item drop index walferry_row");
      }
      try (Connection connection = source.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("update item set name = 'changed' where id < 10");
        new ReloadRequest(source.name(), new TableId("public", "item")).send(connection);
        connection.commit();
      }
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(List.of(), feed.retries());
    }
    var compared = copy.compare(source, List.of(new TableName("public", "item")));
    assertEquals(List.of(), compared.tableDifferences());
    assertEquals(50, compared.rowsCompared());
  }

  private static void reload(Database database, TableId table) throws SQLException {
    try (Connection source = FeedSetup.connector(database.uri()).connect()) {
      new ReloadRequest(database.name(), table).send(source);
    }
  }
}
