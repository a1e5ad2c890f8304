package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.type.MalformedValueException;
import io.walferry.value.Composite;
import io.walferry.value.PgArray;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rows with values of a type that is altered while a feed runs. */
@Postgres
final class AlteredTypeTest {
  private final List<String> told = new CopyOnWriteArrayList<>();

  private static void create(Database database) throws Exception {
    database.execute(
        """
        create type address as (street text, zip int);
        create table t (id int primary key, home address, others address[]);
        insert into t values (1, row('a', 1), array[row('b', 2)::address]);
        """);
  }

  private void tell(Event.Insert insert) {
    told.add(text(insert));
  }

  /** The names and values of what the row has. */
  private static String text(Event.Insert insert) {
    Optional<PgArray> others = insert.row().find("others", PgArray.class);
    return "%d %s %s"
        .formatted(
            insert.row().getInt("id"),
            insert.row().find("home", Composite.class).map(AlteredTypeTest::text).orElse("none"),
            others.map(it -> text((Composite) it.elements().getFirst().orElseThrow())).orElse("-"));
  }

  private static String text(Composite value) {
    return value.fields().stream()
        .map(field -> field.name() + "=" + field.value().orElse("null"))
        .collect(Collectors.joining(","));
  }

  @EachPostgres
  void whatComesBehindAnAlterationIsReadAsItIsNow(Database database) throws Exception {
    create(database);
    try (Walferry feed =
        Feeds.of(database)
            .tables("public.t")
            .checkpoint(new MemoryCheckpointStore())
            .callbacks(on -> on.insert("public.t", this::tell))
            .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute("insert into t values (2, row('c', 3), null)");
      Feeds.awaitDurable(feed, database);
      database.execute(
          "alter type address add attribute city text;"
              + " insert into t values (3, row('d', 4, 'e'), array[row('f', 5, 'g')::address])");
      Feeds.awaitDurable(feed, database);
      database.execute("alter type address drop attribute street");
      database.execute("insert into t values (4, null, array[row(6, 'h')::address])");
      Feeds.awaitDurable(feed, database);
      assertEquals(
          List.of(
              "1 street=a,zip=1 street=b,zip=2",
              "2 street=c,zip=3 -",
              "3 street=d,zip=4,city=e street=f,zip=5,city=g",
              "4 none zip=6,city=h"),
          told);
    }
  }

  @Test
  void whatComesAgainFromBeforeIsReadAsItWas(Database database) throws Exception {
    create(database);
    BlockingQueue<String> handed = new LinkedBlockingQueue<>();
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        Walferry feed =
            Feeds.of(Feeds.through(proxy, database), database.name())
                .tables("public.t")
                .checkpoint(new MemoryCheckpointStore())
                .drain(Duration.ZERO)
                .callbacks(
                    on ->
                        on.insert(
                            "public.t",
                            (insert, ack) -> {
                              handed.add(text(insert));
                              if (insert.origin().snapshot()) {
                                ack.done();
                              }
                            }))
                .build()) {
      feed.start();
      assertEquals("1 street=a,zip=1 street=b,zip=2", handed.poll(60, TimeUnit.SECONDS));
      Feeds.awaitStatus(feed, Status.LISTENING);
      Feeds.awaitDurable(feed, database);
      database.execute("insert into t values (2, row('c', 3), null)");
      String before = "2 street=c,zip=3 -";
      assertEquals(before, handed.poll(60, TimeUnit.SECONDS));
      database.execute(
          "alter type address add attribute city text;"
              + " insert into t values (3, row('d', 4, 'e'), null)");
      String behind = "3 street=d,zip=4,city=e -";
      assertEquals(behind, handed.poll(60, TimeUnit.SECONDS));
      proxy.reset();
      assertEquals(before, handed.poll(60, TimeUnit.SECONDS));
      assertEquals(behind, handed.poll(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void aRowOlderThanAllThatIsKnownIsHandedOutAndCostsFewSessions(Database database)
      throws Exception {
    create(database);
    database.execute("delete from t; create table slow (id int primary key)");
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    List<Map.Entry<Integer, Boolean>> read = new CopyOnWriteArrayList<>();
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        Walferry feed =
            Feeds.of(Feeds.through(proxy, database), database.name())
                .tables("public.t", "public.slow")
                .checkpoint(new MemoryCheckpointStore())
                .callbacks(
                    on ->
                        on.insert(
                                "public.slow",
                                insert -> {
                                  reached.countDown();
                                  goesOn.await();
                                })
                            .insert(
                                "public.t",
                                insert ->
                                    read.add(Map.entry(insert.row().getInt("id"), isRead(insert)))))
                .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      database.execute("insert into slow values (1)");
      reached.await();
      database.execute(
          "insert into t select i, ('(x,' || i || ')')::address, null from generate_series(1, 300)"
              + " i");
      database.execute(
          "alter type address add attribute city text;"
              + " insert into t values (301, row('d', 4, 'e'), null)");
      long connections = proxy.connections();
      goesOn.countDown();
      Feeds.awaitDurable(feed, database);
      assertEquals(301, read.size());
      assertEquals(Map.entry(1, false), read.getFirst());
      assertEquals(Map.entry(301, true), read.getLast());
      long looks = proxy.connections() - connections;
      assertEquals(true, looks < 30, "sessions for 300 rows: " + looks);
    }
  }

  @Test
  void aLookThatFailsDoesNotInterruptTheStream(Database database) throws Exception {
    create(database);
    BlockingQueue<Boolean> read = new LinkedBlockingQueue<>();
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        Walferry feed =
            Feeds.of(Feeds.through(proxy, database), database.name())
                .tables("public.t")
                .checkpoint(new MemoryCheckpointStore())
                .callbacks(on -> on.insert("public.t", insert -> read.add(isRead(insert))))
                .build()) {
      feed.start();
      Feeds.awaitStatus(feed, Status.LISTENING);
      assertEquals(true, read.poll(60, TimeUnit.SECONDS));
      proxy.refuseConnections();
      database.execute(
          "alter type address add attribute city text;"
              + " insert into t values (2, row('d', 4, 'e'), null)");
      assertEquals(false, read.poll(60, TimeUnit.SECONDS));
      proxy.heal();
      long deadline = System.nanoTime() + Feeds.PATIENCE.toNanos();
      int id = 2;
      boolean last = false;
      while (!last && System.nanoTime() < deadline) {
        id++;
        database.execute("insert into t values (%d, row('d', 4, 'e'), null)".formatted(id));
        last = Boolean.TRUE.equals(read.poll(60, TimeUnit.SECONDS));
      }
      assertEquals(true, last);
      assertEquals(0, feed.progress().retries());
    }
  }

  private static boolean isRead(Event.Insert insert) {
    try {
      return !text(insert).isEmpty();
    } catch (MalformedValueException e) {
      return false;
    }
  }
}
