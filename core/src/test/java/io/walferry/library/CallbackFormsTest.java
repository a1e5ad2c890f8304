package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.pipeline.LoadMode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** Every form of a callback hears what it is for, and nothing else. */
@Postgres
final class CallbackFormsTest {
  private static final String EVERYTHING =
      """
      begin;
      insert into t values (1, 'a');
      update t set v = 'b' where id = 1;
      delete from t where id = 1;
      insert into other values (1);
      truncate t;
      select pg_logical_emit_message(true, 'app', 'hello');
      select pg_logical_emit_message(true, 'unheard', 'hello');
      commit
      """;

  /** Takes whatever is told, with its acknowledgement. */
  interface Taker {
    void take(Event event, Acknowledgement acknowledgement);
  }

  private static Arguments form(
      String name, BiConsumer<Callbacks, Taker> registers, String... told) {
    return Arguments.of(name, registers, List.of(told));
  }

  static final List<Arguments> MANUAL =
      List.of(
          form("begin", (on, taker) -> on.begin(taker::take), "Begin"),
          form("commit", (on, taker) -> on.commit(taker::take), "Commit"),
          form("insert", (on, taker) -> on.insert("public.t", taker::take), "Insert t"),
          form("update", (on, taker) -> on.update("public.t", taker::take), "Update t"),
          form("delete", (on, taker) -> on.delete("public.t", taker::take), "Delete t"),
          form(
              "row",
              (on, taker) -> on.row("public.t", taker::take),
              "Insert t",
              "Update t",
              "Delete t"),
          form("truncate", (on, taker) -> on.truncate("public.t", taker::take), "Truncate"),
          form("message", (on, taker) -> on.message("app", taker::take), "Message app"),
          form(
              "every",
              (on, taker) -> on.every(taker::take),
              "Begin",
              "Insert t",
              "Update t",
              "Delete t",
              "Insert other",
              "Truncate",
              "Message app",
              "Message unheard",
              "Commit"));

  private static String told(Event event) {
    String kind = event.getClass().getSimpleName();
    return switch (event) {
      case Event.RowChange change -> kind + " " + change.table().name();
      case Event.Message message -> kind + " " + message.prefix();
      case Event.Begin begin -> kind;
      case Event.Commit commit -> kind;
      case Event.Truncate truncate -> kind;
      case Event.Batch batch -> kind;
    };
  }

  private static WalferryBuilder feed(Database database) throws Exception {
    database.execute(
        "create table t (id int primary key, v text); create table other (id int primary key)");
    return Feeds.of(database)
        .tables("public.*")
        .snapshot(LoadMode.NONE)
        .checkpoint(new MemoryCheckpointStore());
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MANUAL")
  void oneThatAcknowledgesByHandHoldsTheCheckpoint(
      String name, BiConsumer<Callbacks, Taker> registers, List<String> expected, Database database)
      throws Exception {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    List<Acknowledgement> open = new CopyOnWriteArrayList<>();
    try (Walferry feed =
        feed(database)
            .drain(java.time.Duration.ZERO)
            .callbacks(
                on ->
                    registers.accept(
                        on,
                        (event, acknowledgement) -> {
                          open.add(acknowledgement);
                          events.add(event);
                        }))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute(EVERYTHING);
      Lsn behind = Feeds.walEnd(database);
      List<String> told = new ArrayList<>();
      for (int count = 0; count < expected.size(); count++) {
        Event event = events.poll(60, TimeUnit.SECONDS);
        assertTrue(event != null, "an event");
        told.add(told(event));
      }
      assertEquals(expected, told);
      Feeds.await(
          () -> feed.progress().transactions() == 1 && feed.progress().durable().isPresent(),
          "the transaction is told",
          feed);
      assertEquals(expected.size(), feed.progress().outstanding());
      assertTrue(feed.progress().durable().orElseThrow().endLsn().isBefore(behind));
      open.forEach(Acknowledgement::done);
      Feeds.awaitDurable(feed, database);
      assertEquals(0, feed.progress().outstanding());
      assertTrue(events.isEmpty());
    }
  }

  @Test
  void severalCallbacksForAnEventAreCalledInTheirOrder(Database database) throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Walferry feed =
        feed(database)
            .callbacks(
                on ->
                    on.row("public.t", it -> told.add("row " + told(it)))
                        .insert("*.t", it -> told.add("insert"))
                        .every(
                            (it, ack) -> {
                              told.add("every " + told(it));
                              ack.done();
                            })
                        .message("app", it -> told.add("message"))
                        .truncate("public.t", it -> told.add("truncate")))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute(EVERYTHING);
      Feeds.awaitDurable(feed, database);
      assertEquals(
          List.of(
              "every Begin",
              "row Insert t",
              "insert",
              "every Insert t",
              "row Update t",
              "every Update t",
              "row Delete t",
              "every Delete t",
              "every Insert other",
              "every Truncate",
              "truncate",
              "every Message app",
              "message",
              "every Message unheard",
              "every Commit"),
          told);
    }
  }
}
