package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.HaltingProducer.Step;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.CommittedRecords;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A consumer of what is committed sees each change once and those of a key in their order, whenever
 * feed and broker are killed.
 */
@Postgres
@Kafka
final class KafkaKillTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(90));
  private static final JsonMapper JSON = new JsonMapper();
  private static final int SHOWN_MOST = 3;
  private static final int KILLS = 2;
  private static final int PARTITIONS = 3;
  private static final int KEYS = 300;
  private static final int LARGE = 1_000;

  @Test
  void eachChangeIsThereOnceAfterKills(Database database) throws Exception {
    killAndCompare(database, Seeds.next(), KILLS);
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("fullSeeds")
  void eachChangeIsThereOnceAfterManyKills(long seed, Database database) throws Exception {
    killAndCompare(database, seed, 10);
    FullProgress.finished("kafka-kill", seed);
  }

  static List<Long> fullSeeds() {
    return FullProgress.openSeeds("kafka-kill", 3);
  }

  /** The times that kills by chance meet too seldom: records are there, and no commit. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NEVER")
  void recordsAreThereOnlyWithTheirPosition(Step step, Database source, KafkaBroker broker)
      throws Exception {
    FeedSetup.streamEarly(source);
    createTables(source);
    source.execute("insert into item select i, nextval('change') from generate_series(1, 9) i");
    try (ChildJvm feed = feed(source, broker, HaltingProducer.option(step))) {
      if (!step.isOfChunks()) {
        awaitFollowing(feed);
      }
      source.execute("update item set n = nextval('change') where id < 4");
      assertEquals(HaltingSink.STATUS, feed.awaitExit(PATIENCE), feed.lines()::toString);
    }
    source.execute("insert into item values (10, nextval('change'))");
    followToTheEnd(source, broker);
    Map<String, List<String>> found = told(broker, source.name() + ".public.item");
    assertEquals(List.of(), wrong(log(source), found));
    assertEquals(10, found.size(), found::toString);
  }

  private static void awaitFollowing(ChildJvm feed) {
    var unused = feed.awaitLineOfTalker(line -> line.startsWith("following"), PATIENCE);
  }

  private static void killAndCompare(Database source, long seed, int kills) throws Exception {
    Random random = new Random(seed);
    FeedSetup.streamEarly(source);
    createTables(source);
    write(source, random, 200);
    try (KafkaBroker broker = KafkaBroker.builder().start()) {
      killOften(source, broker, random, kills);
      requireEachChangeOnce(source, broker, "seed " + seed);
    }
  }

  /** The log says which changes there were; it is not published, since it is not in the WAL. */
  private static void createTables(Database source) throws SQLException {
    source.execute("create sequence change");
    source.execute("create table item (id int primary key, n bigint not null, note text)");
    source.execute(
        "create unlogged table log (at bigserial primary key, id int not null, change text)");
    source.execute(
        """
        create function log() returns trigger language plpgsql as $$
        begin
          if tg_op = 'INSERT' then
            insert into log (id, change) values (new.id, 'c ' || new.n);
          elsif tg_op = 'DELETE' then
            insert into log (id, change) values (old.id, 'd');
          elsif new.id = old.id then
            insert into log (id, change) values (new.id, 'u ' || new.n);
          else
            insert into log (id, change) values (old.id, 'd'), (new.id, 'c ' || new.n);
          end if;
          return null;
        end $$\
        """);
    source.execute(
        "create trigger log after insert or update or delete on item"
            + " for each row execute function log()");
  }

  private static void killOften(Database source, KafkaBroker broker, Random random, int kills)
      throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    Random changes = new Random(random.nextLong());
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (writing.get()) {
                write(source, changes, 10);
              }
            });
    try {
      killFeed(source, broker, "loaded", random);
      for (int kill = 0; kill < kills; kill++) {
        if (kill % 2 == 0) {
          killFeed(source, broker, "committed", random);
        } else {
          killBroker(source, broker, random);
        }
      }
    } finally {
      writing.set(false);
      writer.join();
    }
    followToTheEnd(source, broker);
  }

  private static void followToTheEnd(Database source, KafkaBroker broker) throws SQLException {
    try (ChildJvm feed = feed(source, broker)) {
      Lsn end = FeedSetup.walEnd(source);
      feed.awaitLineOfTalker(line -> KillTest.hasReached(line, end), PATIENCE);
      feed.kill();
      feed.awaitExit(PATIENCE);
    }
  }

  private static ChildJvm feed(Database source, KafkaBroker broker, String... options) {
    return FeedMain.start(
        source.uri(), source.name(), new KafkaTopics(broker, PARTITIONS).name(), options);
  }

  private static void killFeed(Database source, KafkaBroker broker, String word, Random random) {
    int times = random.nextInt(word.equals("loaded") ? 3 : 12);
    try (ChildJvm feed = feed(source, broker)) {
      await(feed, word, times);
      passSomeTime(random);
      feed.kill();
      feed.awaitExit(PATIENCE);
    }
  }

  /** The feed goes on when the broker is back, and is killed then. */
  private static void killBroker(Database source, KafkaBroker broker, Random random) {
    int times = random.nextInt(12);
    try (ChildJvm feed = feed(source, broker)) {
      await(feed, "committed", times);
      passSomeTime(random);
      broker.kill();
      broker.start();
      await(feed, "committed", times);
      passSomeTime(random);
      feed.kill();
      feed.awaitExit(PATIENCE);
    }
  }

  /** So that not every kill meets the same step: what a feed says comes at one only. */
  private static void passSomeTime(Random random) {
    LockSupport.parkNanos(random.nextInt(200_000_000));
  }

  /** Until it was said that often, and once more. */
  private static void await(ChildJvm feed, String word, int times) {
    AtomicInteger left = new AtomicInteger(times);
    feed.awaitLineOfTalker(line -> line.startsWith(word) && left.getAndDecrement() <= 0, PATIENCE);
  }

  private static void write(Database source, Random random, int transactions) {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int transaction = 0; transaction < transactions; transaction++) {
        change(statement, random);
        if (random.nextInt(10) == 0) {
          Savepoint before = connection.setSavepoint();
          change(statement, random);
          connection.rollback(before);
        }
        if (random.nextInt(200) == 0) {
          statement.executeUpdate(
              "insert into item select i, nextval('change'), repeat('x', 100)"
                  + " from generate_series(%d, %d) i on conflict (id) do update set n = excluded.n"
                      .formatted(KEYS, KEYS + LARGE));
        }
        change(statement, random);
        if (random.nextInt(20) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      }
    } catch (SQLException e) {
      throw new AssertionError("could not write", e);
    }
  }

  private static void change(Statement statement, Random random) throws SQLException {
    int id = random.nextInt(KEYS);
    statement.executeUpdate(
        switch (random.nextInt(5)) {
          case 0 -> "delete from item where id = " + id;
          case 1 ->
              "update item set id = %d, n = nextval('change') where id = %d and not exists (select from item where id = %1$d)"
                  .formatted(random.nextInt(KEYS), id);
          case 2 -> "update item set n = nextval('change') where id = " + id;
          default ->
              "insert into item values (%d, nextval('change'), 'it''s \u00e4 %d') on conflict (id) do update set n = excluded.n"
                  .formatted(id, random.nextInt());
        });
  }

  private static void requireEachChangeOnce(Database source, KafkaBroker broker, String seed)
      throws SQLException {
    Map<String, List<String>> found = told(broker, source.name() + ".public.item");
    assertEquals(List.of(), wrong(log(source), found), seed);
    assertTrue(found.values().stream().mapToInt(List::size).sum() > KEYS, seed);
  }

  /** The first few keys that were told something else than their last changes, each once. */
  private static List<String> wrong(
      Map<String, List<String>> expected, Map<String, List<String>> found) {
    List<String> wrong = new ArrayList<>();
    found.forEach(
        (key, changes) -> {
          List<String> all = expected.getOrDefault(key, List.of());
          if (!isEndOf(all, changes)) {
            wrong.add(key + ": expected the end of " + all + ", got " + changes);
          }
        });
    expected.forEach(
        (key, changes) -> {
          if (!changes.getLast().equals("d") && !found.containsKey(key)) {
            wrong.add(key + ": expected " + changes + ", got nothing");
          }
        });
    return wrong.stream().limit(SHOWN_MOST).toList();
  }

  /** Whether these are the last changes; a row that was read stands for those until then. */
  private static boolean isEndOf(List<String> all, List<String> told) {
    if (told.size() > all.size()) {
      return false;
    }
    int begin = all.size() - told.size();
    String first = told.getFirst();
    List<String> rest = all.subList(begin + 1, all.size());
    boolean begins =
        first.startsWith("r ")
            ? number(first).equals(number(all.get(begin)))
            : first.equals(all.get(begin)) && (begin == 0 || all.get(begin - 1).equals("d"));
    return begins && rest.equals(told.subList(1, told.size()));
  }

  private static String number(String change) {
    return change.substring(1);
  }

  private static Map<String, List<String>> log(Database source) throws SQLException {
    Map<String, List<String>> log = new LinkedHashMap<>();
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select id, change from log order by at")) {
      while (result.next()) {
        log.computeIfAbsent(result.getString(1), key -> new ArrayList<>()).add(result.getString(2));
      }
    }
    return log;
  }

  /** By key, in the order of their partition. */
  private static Map<String, List<String>> told(KafkaBroker broker, String topic) {
    Map<String, List<String>> told = new LinkedHashMap<>();
    for (KafkaRecord record : CommittedRecords.of(broker, topic)) {
      String key = JSON.readTree(record.key().orElseThrow()).get("id").asString();
      record
          .value()
          .map(JSON::readTree)
          .ifPresent(
              value -> told.computeIfAbsent(key, one -> new ArrayList<>()).add(change(value)));
    }
    return told;
  }

  private static String change(JsonNode value) {
    String op = value.get("op").asString();
    return op.equals("d") ? op : op + " " + value.get("after").get("n").asString();
  }
}
