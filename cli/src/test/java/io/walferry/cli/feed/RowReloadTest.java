package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.HaltingSink.Step;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.RowReloadRequest;
import io.walferry.pipeline.Until;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import io.walferry.sinks.jsonlines.JsonLinesSink;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.workload.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Some rows of a table are read again while the feed runs and while they are written to. */
@Postgres
final class RowReloadTest {
  private static final TableName ITEM = new TableName("public", "item");
  private static final int HOT = 300;

  @TempDir Path directory;

  private static void createItems(Database database, int count) throws SQLException {
    database.execute(
        """
        create table item (id int primary key, place int not null, big text, n int not null);
        alter table item alter big set storage external;
        insert into item select g, g %% 10, repeat(md5(g::text), 100), 0
          from generate_series(1, %d) g
        """
            .formatted(count));
  }

  @ParameterizedTest
  @EnumSource
  void rowsThatAreWrittenToMeanwhileEndEqual(Kind kind, Database database) throws Exception {
    reloadWhileWritten(kind, database, 4);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void rowsThatAreWrittenToMeanwhileEndEqualManyTimes(Kind kind, Database database)
      throws Exception {
    reloadWhileWritten(kind, database, 30);
  }

  private void reloadWhileWritten(Kind kind, Database database, int rounds) throws Exception {
    createItems(database, HOT);
    database.execute(
        "insert into item select g, 0, repeat(md5(g::text), 100), 0"
            + " from generate_series(10001, 10100) g");
    long seed = Seeds.next();
    try (Destination destination = kind.create(directory, database.server())) {
      AtomicBoolean writing = new AtomicBoolean(true);
      try (RunningFeed feed = start(database, destination::sink)) {
        feed.awaitFollowing();
        CompletableFuture<Void> writer =
            CompletableFuture.allOf(
                CompletableFuture.runAsync(() -> write(database, new Random(seed), writing)),
                CompletableFuture.runAsync(() -> write(database, new Random(~seed), writing)));
        try {
          for (int round = 0; round < rounds; round++) {
            // Nobody else writes to these, so the stream does not stumble over them.
            for (int id = 3; id <= HOT; id += 3) {
              // One by one, so that nobody waits for the other in a circle.
              destination.execute("update item set big = 'spoiled' where id = " + id);
            }
            destination.execute("delete from item where id > 10000 and id % 5 = 0");
            destination.execute("insert into item values (20001, 0, 'made up', 0)");
            reload(database, IntStream.concat(IntStream.rangeClosed(1, HOT), cold()));
            feed.awaitDurable(FeedSetup.walEnd(database));
            settle(feed, database, destination);
          }
        } finally {
          writing.set(false);
          writer.join();
        }
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      catchUp(database, destination::sink);
      assertEqual(database, destination, "seed " + seed);
    }
  }

  private static IntStream cold() {
    return IntStream.concat(IntStream.rangeClosed(10001, 10100), IntStream.of(20001));
  }

  /** The next round's spoiling must not come between the reads of this one. */
  private static void settle(RunningFeed feed, Database database, Destination destination)
      throws SQLException {
    while (!destination
        .answer("select count(*) from item where id = 20001 or big = 'spoiled'")
        .equals("0")) {
      feed.awaitDurable(FeedSetup.walEnd(database));
    }
  }

  /** Inserts, deletes, moves of keys, and updates that leave the large column alone. */
  private static void write(Database database, Random random, AtomicBoolean writing) {
    String[] statements = {
      "update item set n = n + 1 where id = ?",
      "delete from item where id = ?",
      "insert into item values (?, 1, repeat(md5(random()::text), 100), 1) on conflict do nothing",
      "update item set id = id %% %d + 1 where id = ? and not exists (select from item i"
              .formatted(HOT)
          + " where i.id = item.id %% %d + 1)".formatted(HOT),
      "update item set big = repeat(md5(random()::text), 100), n = n + 1 where id = ?"
    };
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      while (writing.get()) {
        for (int i = random.nextInt(4); i >= 0; i--) {
          try (PreparedStatement statement =
              connection.prepareStatement(statements[random.nextInt(statements.length)])) {
            statement.setInt(1, 1 + random.nextInt(HOT));
            statement.executeUpdate();
          } catch (SQLException e) {
            // Two have moved to one key, or wait for each other.
            connection.rollback();
          }
        }
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyRowsAreReadInRoundsAndTheOthersStayAsTheyAre(Kind kind, Database database)
      throws Exception {
    createItems(database, 30_000);
    try (Destination destination = kind.create(directory, database.server())) {
      try (RunningFeed feed = start(database, destination::sink)) {
        feed.awaitFollowing();
        destination.execute("update item set n = 7");
        long loaded = feed.rowsLoaded();
        reload(database, IntStream.rangeClosed(1, 25_500));
        feed.awaitRowsLoaded(loaded + 25_500);
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      catchUp(database, destination::sink);
      assertEquals("4500", destination.answer("select count(*) from item where n = 7"));
      assertEquals(
          "25501", destination.answer("select min(id) from item where n = 7"), "the others");
      assertFollowing(destination);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFeedGoesOnWhileOthersHaveTransactionsOpen(Kind kind, Database database) throws Exception {
    createItems(database, 10);
    try (Destination destination = kind.create(directory, database.server());
        Connection open = database.connect()) {
      try (RunningFeed feed = start(database, destination::sink)) {
        feed.awaitFollowing();
        destination.execute("update item set big = 'spoiled' where id < 3");
        open.setAutoCommit(false);
        open.createStatement().executeUpdate("update item set place = 99 where id = 1");
        reload(database, IntStream.of(1, 2));
        database.execute("update item set place = 98 where id in (2, 3)");
        feed.awaitDurable(FeedSetup.walEnd(database));
        assertEquals("98", destination.answer("select place from item where id = 2"));
        assertEquals("spoiled", destination.answer("select big from item where id = 2"));
        long loaded = feed.rowsLoaded();
        open.commit();
        feed.awaitRowsLoaded(loaded + 2);
        feed.awaitDurable(FeedSetup.walEnd(database));
      }
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
      assertFollowing(destination);
    }
  }

  /** A commit is in the stream before snapshots see it, and its changes do not come again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatNoSnapshotSeesYetIsWaitedFor(boolean laterThanTheWish) throws Exception {
    try (PostgresServer server = OpenTransactionTest.serverWithoutItsStandby();
        Database database = server.createDatabase("base");
        Destination destination = Kind.SQLITE.create(directory, server);
        HeldTransaction open = HeldTransaction.begin(database, "SELECT txid_current()")) {
      createItems(database, 10);
      open.commit();
      try (RunningFeed feed = start(database, destination::sink);
          HeldTransaction unseen = HeldTransaction.begin(database, "SELECT")) {
        feed.awaitFollowing();
        destination.execute("update item set big = 'spoiled' where id < 3");
        if (laterThanTheWish) {
          open.execute("SELECT txid_current()");
          reload(database, IntStream.of(1, 2));
          feed.awaitDurable(FeedSetup.walEnd(database));
        }
        unseen.execute("update item set place = 77 where id = 1");
        unseen.commitUnseen();
        feed.awaitDurable(FeedSetup.walEnd(database));
        assertEquals("77", destination.answer("select place from item where id = 1"));
        if (laterThanTheWish) {
          open.commit();
        } else {
          reload(database, IntStream.of(1, 2));
        }
        for (int i = 0; i < 5; i++) {
          database.execute("update item set n = n + 1 where id = 5");
          feed.awaitDurable(FeedSetup.walEnd(database));
        }
        assertEquals("77", destination.answer("select place from item where id = 1"));
        assertEquals("spoiled", destination.answer("select big from item where id = 2"));
        long loaded = feed.rowsLoaded();
        unseen.release();
        feed.awaitRowsLoaded(loaded + 2);
      }
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
    }
  }

  /** As long as the newest transaction is unseen, no snapshot so much as knows of its id. */
  @Test
  void aWishThatNoSnapshotSeesYetTakesNothingBack() throws Exception {
    try (PostgresServer server = OpenTransactionTest.serverWithoutItsStandby();
        Database database = server.createDatabase("base");
        Destination destination = Kind.SQLITE.create(directory, server)) {
      createItems(database, 10);
      try (RunningFeed feed = start(database, destination::sink);
          HeldTransaction unseen = HeldTransaction.begin(database, "SELECT")) {
        feed.awaitFollowing();
        destination.execute("update item set big = 'spoiled' where id < 3");
        unseen.execute("update item set place = 77 where id = 1");
        unseen.execute(
            "SELECT pg_logical_emit_message(true, 'walferry.reload.rows', '"
                + String.join("\t", database.name(), "public", "item", "1", "id", "1", "2")
                + "')");
        unseen.commitUnseen();
        feed.awaitDurable(FeedSetup.walEnd(database));
        assertEquals("77", destination.answer("select place from item where id = 1"));
        long loaded = feed.rowsLoaded();
        unseen.release();
        feed.awaitRowsLoaded(loaded + 2);
        assertEquals("77", destination.answer("select place from item where id = 1"));
      }
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SQLITE, PLANNED, 0",
    "POSTGRES, PLANNED, 0",
    "SQLITE, CHUNKS, 2",
    "POSTGRES, CHUNKS, 2"
  })
  void whatAKillHasCutShortIsFinished(Kind kind, Step step, int batches, Database database)
      throws Exception {
    createItems(database, 4_000);
    try (Destination destination = kind.create(directory, database.server())) {
      catchUp(database, destination::sink);
      destination.execute("update item set n = 7");
      reload(database, IntStream.rangeClosed(1, 3_500));
      database.execute("update item set n = 1 where id % 7 = 0");
      HaltedFeed.run(database, destination, step, batches);
      database.execute("update item set id = -id where id % 11 = 0");
      assertEquals(
          "loading", destination.answer("select state from " + destination.positionTable()));
      catchUp(database, destination::sink);
      database.execute("delete from item where id > 3500");
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
      assertFollowing(destination);
    }
  }

  @Test
  void aTruncateInBetweenLeavesBothSidesEqual(Database database) throws Exception {
    createItems(database, 100);
    try (Destination destination = Kind.SQLITE.create(directory, database.server())) {
      catchUp(database, destination::sink);
      destination.execute("update item set n = 7");
      reload(database, IntStream.rangeClosed(1, 50));
      database.execute("truncate item");
      database.execute("insert into item values (1, 1, 'x', 1), (77, 1, 'x', 1)");
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
    }
  }

  @Test
  void everySinkOfASlotGetsIt(Database database) throws Exception {
    createItems(database, 100);
    try (Destination file = Kind.SQLITE.create(directory, database.server());
        Destination other = Kind.POSTGRES.create(directory, database.server())) {
      List<Supplier<Sink>> sinks =
          List.of(
              file::sink,
              other::sink,
              () -> JsonLinesSink.toFile(directory.resolve("lines.jsonl"), ExistingRows.REFUSE));
      catchUp(database, sinks);
      for (Destination destination : List.of(file, other)) {
        destination.execute("delete from item where id < 20");
        destination.execute("insert into item values (200, 1, 'x', 1)");
      }
      reload(database, IntStream.concat(IntStream.rangeClosed(1, 30), IntStream.of(200)));
      catchUp(database, sinks);
      assertEqual(database, file, "");
      assertEqual(database, other, "");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWishThatCannotBeServedIsGivenUp(Kind kind, Database database) throws Exception {
    createItems(database, 10);
    try (Destination destination = kind.create(directory, database.server())) {
      catchUp(database, destination::sink);
      destination.execute("update item set n = 7 where id = 1");
      reload(database, new RowKeys(List.of("id"), List.of(List.of("not a number"))));
      reload(database, new RowKeys(List.of("place"), List.of(List.of("1"))));
      // Anybody can write one.
      database.execute(
          """
          create role anybody;
          set role anybody;
          select pg_logical_emit_message(true, 'walferry.reload.rows', 'nonsense');
          reset role;
          drop role anybody
          """);
      catchUp(database, destination::sink);
      assertEquals("7", destination.answer("select n from item where id = 1"));
      assertFollowing(destination);
      reload(database, IntStream.of(1));
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
    }
  }

  /** The rows are read behind the end, so the feed has to come as far as they have. */
  @Test
  void aFeedWithAnEndGoesOnBehindItForRowsThatAreReadLater(Database database) throws Exception {
    createItems(database, 10);
    try (Destination destination = Kind.SQLITE.create(directory, database.server());
        HeldTransaction open = HeldTransaction.begin(database, "SELECT txid_current()")) {
      open.commit();
      catchUp(database, destination::sink);
      open.execute("SELECT txid_current()");
      destination.execute("update item set n = 7 where id < 3");
      reload(database, IntStream.of(1, 2));
      Lsn end = FeedSetup.walEnd(database);
      database.execute("update item set place = 98 where id in (2, 3)");
      database.execute("update item set place = 99 where id in (2, 3)");
      open.commitWhen(
          "SELECT confirmed_flush_lsn >= '%s' FROM pg_replication_slots WHERE slot_name = '%s'"
              .formatted(end, database.name()));
      FeedSetup.run(
          settings(database).with(new Until.At(end)), database, List.of(destination::sink));
      assertEqual(database, destination, "");
      assertFollowing(destination);
    }
  }

  /** A row that goes for a moment would take others with it. */
  @Test
  void rowsAreLeftAloneWhereTriggersAndForeignKeysAreAtWork(Database database) throws Exception {
    createItems(database, 10);
    try (Destination destination = Kind.POSTGRES.create(directory, database.server())) {
      String role = "limited_" + database.name();
      destination.execute(
          """
          create role %1$s login;
          grant create on schema public to %1$s;
          do 'begin
            execute format(''grant create on database %%I to %1$s'', current_database());
          end'
          """
              .formatted(role));
      String uri = destination.name().replaceFirst("//[^@/]*@", "//" + role + "@");
      Supplier<Sink> sink =
          () -> new PostgresSink(FeedSetup.connector(uri), PostgresSinkSettings.DEFAULT);
      catchUp(database, sink);
      destination.execute(
          "create table part (item int references item on delete cascade);"
              + " insert into part values (1), (2)");
      destination.execute("update item set n = 7 where id = 1");
      reload(database, IntStream.of(1, 2));
      catchUp(database, sink);
      assertEquals("2", destination.answer("select count(*) from part"));
      assertEquals("7", destination.answer("select n from item where id = 1"));
      assertFollowing(destination);
      catchUp(database, destination::sink);
      reload(database, IntStream.of(1, 2));
      catchUp(database, destination::sink);
      assertEquals("2", destination.answer("select count(*) from part"));
      assertEqual(database, destination, "");
    }
  }

  /** A row that is ahead of the stream could hold what the stream has another row take. */
  @ParameterizedTest
  @EnumSource
  void rowsAreLeftAloneWhereAnotherKeyCouldBeInTheWay(Kind kind, Database database)
      throws Exception {
    createItems(database, 10);
    try (Destination destination = kind.create(directory, database.server())) {
      catchUp(database, destination::sink);
      destination.execute("create unique index same on item (n, id)");
      destination.execute("create unique index other on item (place)");
      destination.execute("update item set n = 7 where id = 1");
      reload(database, IntStream.of(1, 2));
      catchUp(database, destination::sink);
      assertEquals("7", destination.answer("select n from item where id = 1"));
      assertFollowing(destination);
      destination.execute("drop index other");
      reload(database, IntStream.of(1, 2));
      catchUp(database, destination::sink);
      assertEqual(database, destination, "");
    }
  }

  private static RunningFeed start(Database database, Supplier<Sink> sink) {
    return RunningFeed.start(settings(database), FeedSetup.connector(database.uri()), sink);
  }

  private static void catchUp(Database database, Supplier<Sink> sink) {
    catchUp(database, List.of(sink));
  }

  private static void catchUp(Database database, List<Supplier<Sink>> sinks) {
    FeedSetup.catchUp(settings(database), database, sinks);
  }

  private static PipelineSettings settings(Database database) {
    return FeedSetup.settings(database.name(), List.of("public.*"));
  }

  private static void reload(Database database, IntStream ids) throws SQLException {
    List<List<String>> keys = ids.mapToObj(id -> List.of(Integer.toString(id))).toList();
    reload(database, new RowKeys(List.of("id"), keys));
  }

  private static void reload(Database database, RowKeys rows) throws SQLException {
    try (Connection source = FeedSetup.connector(database.uri()).connect()) {
      new RowReloadRequest(database.name(), new TableId("public", "item"), rows).send(source);
    }
  }

  private static void assertEqual(Database database, Destination destination, String message)
      throws SQLException {
    var result = destination.compare(database, List.of(ITEM));
    assertEquals(List.of(), result.tableDifferences(), message);
    assertTrue(result.rowsCompared() > 0);
  }

  private static void assertFollowing(Destination destination) throws SQLException {
    assertEquals(
        "following", destination.answer("select state from " + destination.positionTable()));
  }
}
