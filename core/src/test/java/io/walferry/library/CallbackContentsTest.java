package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Xid;
import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callbacks are told is exactly what the source has. */
@Postgres
final class CallbackContentsTest {
  @TempDir Path directory;

  @EachPostgres
  void callbacksAreToldEveryRowOnceWhileOthersWrite(Database database) throws Exception {
    Workload workload = Workload.create(System.nanoTime());
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
}
