package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Xid;
import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.pipeline.LoadMode;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import io.walferry.type.TypedRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callbacks are told is exactly what the source has. */
@Postgres
final class CallbackContentsTest {
  @TempDir Path directory;

  @EachPostgres
  void callbacksAreToldEveryRowOnceWhileOthersWrite(Database database) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    try (Connection connection = database.connect()) {
      workload.createSchema(connection);
    }
    workload.run(database::connect, 100, 4);
    AtomicBoolean writing = new AtomicBoolean(true);
    Replica replica = new Replica(true);
    Walferry feed =
        Feeds.of(database)
            .tables("*.*")
            .checkpoint(new FileCheckpointStore(directory.resolve("feed")))
            .callbacks(replica::tellBy)
            .build();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              for (int run = 0; run < 30 && writing.get(); run++) {
                workload.run(database::connect, 10, 4);
              }
            });
    try (feed) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      Feeds.awaitDurable(feed, database);
      writing.set(false);
      writer.join();
      Feeds.awaitDurable(feed, database);
      // Stopped and started in between, it goes on where it was.
      assertTrue(feed.stop(Feeds.PATIENCE));
      workload.run(database::connect, 20, 2);
      feed.start();
      Feeds.awaitDurable(feed, database);
    } finally {
      writing.set(false);
    }
    replica.requireEqual(database, workload.tables());
    assertEquals(java.util.Optional.empty(), feed.lastError(), "seed " + workload.seed());
  }

  @Test
  void eventsSayWhatHasHappened(Database database) throws Exception {
    database.execute(
        """
        create type mood as enum ('sad', 'ok');
        create table orders (id int primary key, note text, feeling mood);
        alter table orders alter note set storage external;
        create table other (id int primary key);
        insert into orders values (1, 'first', 'ok');
        """);
    List<String> told = new CopyOnWriteArrayList<>();
    Walferry feed =
        Feeds.of(database)
            .tables("public.*")
            .checkpoint(new MemoryCheckpointStore())
            .callbacks(
                on ->
                    on.begin(it -> told.add("begin"))
                        .insert(
                            "public.orders",
                            it ->
                                told.add(
                                    "insert %d %s %s %s"
                                        .formatted(
                                            it.row().getInt("id"),
                                            it.row().getString(1),
                                            it.row().get("feeling"),
                                            it.origin().snapshot())))
                        .update(
                            "public.orders",
                            it ->
                                told.add(
                                    "update %s %d %s"
                                        .formatted(
                                            it.old().map(old -> old.getInt("id")),
                                            it.row().getInt("id"),
                                            it.row().isUnchanged("note"))))
                        .delete(
                            "public.orders",
                            it -> told.add("delete " + it.old().getInt(0) + it.keyOnly()))
                        .truncate("public.other", it -> told.add("truncate " + it.tables()))
                        .message(
                            "app",
                            it ->
                                told.add(
                                    "message %s %s %s"
                                        .formatted(
                                            Replica.utf8(it.content().bytes()),
                                            it.transactional(),
                                            it.origin().xid().equals(Xid.NONE))))
                        .commit(it -> told.add("commit " + it.origin().ordinal())))
            .build();
    try (feed) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute(
          "begin; insert into orders values (2, repeat('x', 5000), 'sad');"
              + " update orders set feeling = 'ok' where id = 2;"
              + " savepoint a; insert into orders values (9, '', null); rollback to a;"
              + " update orders set id = 3 where id = 2; delete from orders where id = 3; commit");
      database.execute("truncate orders, other");
      database.execute("select pg_logical_emit_message(true, 'app', 'hello')");
      database.execute("select pg_logical_emit_message(true, 'unheard', 'hello')");
      database.execute(
          "begin; insert into orders values (4, '', null);"
              + " select pg_logical_emit_message(false, 'app', 'at once'); rollback");
      database.execute("select pg_logical_emit_message(false, 'unheard', 'hello')");
      Feeds.awaitDurable(feed, database);
    }
    List<String> expected = new ArrayList<>();
    expected.add("insert 1 first ok true");
    expected.add("begin");
    expected.add("insert 2 " + "x".repeat(5000) + " sad false");
    expected.add("update Optional.empty 2 true");
    expected.add("update Optional[2] 3 true");
    expected.add("delete 3true");
    expected.add("commit 4");
    expected.addAll(List.of("begin", "truncate [public.orders, public.other]", "commit 1"));
    expected.addAll(List.of("begin", "message hello true false", "commit 1"));
    expected.addAll(List.of("begin", "commit 1"));
    expected.add("message at once false true");
    assertEquals(expected, told);
    assertFalse(feed.progress().durable().isEmpty());
  }

  /** The events of a feed of changes only. */
  private static WalferryBuilder changes(Database database, List<Event> events) {
    return Feeds.of(database)
        .tables("public.*")
        .snapshot(LoadMode.NONE)
        .checkpoint(new MemoryCheckpointStore())
        .callbacks(on -> on.every(event -> events.add(event)));
  }

  private static Instant now(Database database) throws Exception {
    return Instant.parse(
        database.answer(
            "select to_char(clock_timestamp() at time zone 'utc',"
                + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
  }

  @EachPostgres
  void anEventSaysWhereItComesFrom(Database database) throws Exception {
    database.execute("create table t (id int primary key, xid int8)");
    List<Event> events = new CopyOnWriteArrayList<>();
    try (Walferry feed = changes(database, events).build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      Lsn start = Feeds.walEnd(database);
      Instant before = now(database);
      database.execute(
          "begin; insert into t values (1, txid_current()); savepoint a;"
              + " insert into t values (2, txid_current()); release a; commit");
      Instant after = now(database);
      Lsn end = Feeds.walEnd(database);
      database.execute("insert into t values (3, txid_current())");
      Feeds.awaitDurable(feed, database);
      assertEquals(7, events.size());
      Origin first = events.getFirst().origin();
      assertFalse(first.commitTime().isBefore(before), first.commitTime() + " from " + before);
      assertFalse(first.commitTime().isAfter(after), first.commitTime() + " to " + after);
      assertFalse(first.lsn().isBefore(start));
      assertTrue(first.lsn().isBefore(end));
      for (Event event : events.subList(0, 4)) {
        assertEquals(first.commitTime(), event.origin().commitTime());
        assertEquals(first.lsn(), event.origin().lsn());
        assertEquals(first.xid(), event.origin().xid());
        assertFalse(event.origin().snapshot());
      }
      assertEquals(
          List.of(0L, 0L, 1L, 2L),
          events.subList(0, 4).stream().map(it -> it.origin().ordinal()).toList());
      for (Event event : events) {
        if (event instanceof Event.Insert insert) {
          assertEquals(
              new Xid((int) insert.row().getLong("xid")), event.origin().xid(), "of the row");
        }
      }
      assertTrue(events.get(5).origin().lsn().isAfter(first.lsn()));
    }
  }

  @Test
  void aTruncateSaysHowItWasAskedFor(Database database) throws Exception {
    database.execute(
        "create table parent (id serial primary key);"
            + " create table child (id int primary key references parent)");
    List<Event> events = new CopyOnWriteArrayList<>();
    try (Walferry feed = changes(database, events).build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute("truncate parent restart identity cascade");
      database.execute("truncate child");
      database.execute("truncate child, parent continue identity cascade");
      Feeds.awaitDurable(feed, database);
    }
    List<String> told =
        events.stream()
            .filter(Event.Truncate.class::isInstance)
            .map(Event.Truncate.class::cast)
            .map(it -> it.tables() + " " + it.cascade() + " " + it.restartIdentity())
            .toList();
    assertEquals(
        List.of(
            "[public.parent, public.child] true true",
            "[public.child] false false",
            "[public.child, public.parent] true false"),
        told);
  }

  @Test
  void aMessageSaysWhereItsRecordEnds(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    List<Event> events = new CopyOnWriteArrayList<>();
    List<Lsn> written = new ArrayList<>();
    try (Walferry feed = changes(database, events).build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      for (boolean transactional : List.of(true, false)) {
        written.add(
            Lsn.parse(
                database.answer(
                    "select pg_logical_emit_message(%s, 'app', 'hello')"
                        .formatted(transactional))));
      }
      Feeds.awaitDurable(feed, database);
    }
    assertEquals(
        written,
        events.stream()
            .filter(Event.Message.class::isInstance)
            .map(it -> ((Event.Message) it).lsn())
            .toList());
  }

  @Test
  void theOldRowIsAsMuchAsTheReplicaIdentityHas(Database database) throws Exception {
    database.execute(
        """
        create table keyed (id int primary key, v text);
        create table whole (id int primary key, v text);
        alter table whole replica identity full;
        create table by_index (id int primary key, code int not null unique, v text);
        alter table by_index replica identity using index by_index_code_key;
        insert into keyed values (1, 'a'); insert into whole values (1, 'a');
        insert into by_index values (1, 10, 'a');
        """);
    List<Event> events = new CopyOnWriteArrayList<>();
    try (Walferry feed = changes(database, events).build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      for (String table : List.of("keyed", "whole", "by_index")) {
        database.execute("update %s set v = 'b'".formatted(table));
        database.execute("update %s set id = 2".formatted(table));
        database.execute("delete from %s".formatted(table));
      }
      database.execute("insert into by_index values (1, 10, 'a'); update by_index set code = 11");
      Feeds.awaitDurable(feed, database);
    }
    List<String> told = new ArrayList<>();
    for (Event event : events) {
      if (event instanceof Event.Update update) {
        told.add("%s %s %s".formatted(update.table().name(), old(update.old()), update.keyOnly()));
      } else if (event instanceof Event.Delete delete) {
        told.add(
            "%s gone %s %s"
                .formatted(
                    delete.table().name(), old(Optional.of(delete.old())), delete.keyOnly()));
      }
    }
    assertEquals(
        List.of(
            "keyed none false",
            "keyed [1, null] true",
            "keyed gone [2, null] true",
            "whole [1, a] false",
            "whole [1, b] false",
            "whole gone [2, b] false",
            "by_index none false",
            "by_index none false",
            "by_index gone [null, 10, null] true",
            "by_index [null, 10, null] true"),
        told);
  }

  private static String old(Optional<TypedRow> old) {
    return old.map(
            row ->
                IntStream.range(0, row.row().columnCount())
                    .mapToObj(
                        column -> row.isNull(column) ? "null" : row.text(column).orElseThrow())
                    .toList()
                    .toString())
        .orElse("none");
  }

  @Test
  void progressCountsWhatWasDeliveredAndHowLateItWas(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    Duration late = Duration.ofMillis(300);
    try (Walferry feed =
        Feeds.of(database)
            .tables("public.*")
            .snapshot(LoadMode.NONE)
            .checkpoint(new MemoryCheckpointStore())
            .callbacks(
                on ->
                    on.commit(
                        it -> {
                          Instant until = it.origin().commitTime().plus(late);
                          while (Instant.now().isBefore(until)) {
                            LockSupport.parkNanos(1_000_000);
                          }
                        }))
            .build()) {
      assertEquals(0, feed.progress().transactions());
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      assertEquals(Duration.ZERO, feed.progress().lag());
      database.execute(
          "begin; insert into t values (1), (2); update t set id = 3 where id = 1; commit");
      database.execute("delete from t where id = 2");
      database.execute("begin; insert into t values (9); rollback");
      Feeds.awaitDurable(feed, database);
      Progress progress = feed.progress();
      assertEquals(2, progress.transactions());
      assertEquals(4, progress.changes());
      assertEquals(0, progress.rowsLoaded());
      assertTrue(progress.lag().compareTo(late) >= 0, "lag " + progress.lag());
      assertTrue(progress.lag().compareTo(Feeds.PATIENCE) < 0, "lag " + progress.lag());
      assertEquals(Status.LISTENING, progress.status());
    }
  }
}
