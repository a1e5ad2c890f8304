package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.LinesFile;
import io.walferry.cli.feed.Destination.MysqlCopy;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.Replacement;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sees that tables are equal after {@code ALTER TYPE}, by which every row prints otherwise without
 * a change of any.
 */
@Postgres
@Kafka
final class ReprintedTypeTest {
  @TempDir Path directory;

  @EachPostgres(
      from = 10,
      quick = {10, 18})
  void isEqualWhileAFeedLooksOn(Database source) throws Exception {
    lookOn(source, sqlite());
  }

  @EachMysql
  void isEqualWhileAFeedLooksOnInMysql(Database source, MysqlDatabase database) throws Exception {
    lookOn(source, new MysqlCopy(database));
  }

  @Test
  void isEqualWhileAFeedLooksOnInTextOfPostgres(Database source) throws Exception {
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute(
          "CREATE TABLE t (id int PRIMARY KEY, v text, d text, a text, c text, cs" + " text)");
      lookOn(source, destination);
    }
  }

  @Test
  void isEqualWhileAFeedLooksOnInJsonLines(Database source) throws Exception {
    lookOn(source, new LinesFile(Files.createDirectory(directory.resolve("lines")).resolve("l")));
  }

  /** Tells the rows of the table again, under their keys. */
  @Test
  void recordsOfKafkaHaveTheNewLabels(Database source, KafkaBroker broker) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    KafkaTopics destination = new KafkaTopics(broker, 1);
    try (RunningFeed feed = ReprintedTypes.start(source, destination::sink)) {
      feed.awaitFollowing();
      long loaded = feed.rowsLoaded();
      source.execute(ReprintedTypes.STEPS.getFirst());
      feed.awaitRowsLoaded(loaded + ReprintedTypes.ROWS);
      feed.awaitDurable(FeedSetup.walEnd(source));
    }
    Map<Map<String, String>, Long> rows =
        KafkaReplica.of(broker, source.name() + ".public.t").rows(Set.of("id", "v"));
    assertEquals(ReprintedTypes.ROWS, rows.size(), rows::toString);
    assertTrue(rows.toString().contains("b'lue"), rows::toString);
    assertFalse(rows.toString().contains("sad"), rows::toString);
  }

  private static void lookOn(Database source, Destination destination) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    try (RunningFeed feed = ReprintedTypes.start(source, destination::sink)) {
      feed.awaitFollowing();
      long loaded = feed.rowsLoaded();
      for (String step : ReprintedTypes.STEPS) {
        source.execute(step);
        loaded += ReprintedTypes.ROWS;
        feed.awaitRowsLoaded(loaded);
        feed.awaitDurable(FeedSetup.walEnd(source));
        ReprintedTypes.assertEqual(source, destination, step);
        assertEquals(loaded, feed.rowsLoaded(), step + ": other tables are not read");
      }
    }
  }

  /** The stream brings rows that were changed before and print as the type was then. */
  @EachPostgres(
      from = 10,
      quick = {10, 18})
  void isEqualAfterAStartBehindABacklog(Database source) throws Exception {
    startAgain(source, sqlite());
  }

  @EachMysql
  void isEqualAfterAStartInMysql(Database source, MysqlDatabase database) throws Exception {
    startAgain(source, new MysqlCopy(database));
  }

  private static void startAgain(Database source, Destination destination) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    ReprintedTypes.catchUp(source, destination);
    int id = 100;
    for (String step : ReprintedTypes.STEPS) {
      source.execute(
          "INSERT INTO t (id, v, c) SELECT %d, v, c FROM t WHERE id = 1; UPDATE t SET d = d"
              .formatted(id++));
      source.execute(step);
      source.execute(
          "INSERT INTO t (id, v, c) SELECT %d, v, c FROM t WHERE id = 1; DELETE FROM t WHERE id ="
                  .formatted(id)
              + " %d; UPDATE other SET v = '%d'".formatted(id - 2, id));
      id++;
      ReprintedTypes.catchUp(source, destination);
      ReprintedTypes.assertEqual(source, destination, step);
    }
  }

  /** Its changes come later, and print as the type was when they were made. */
  @Test
  void isEqualIfATransactionIsOpenAroundIt(Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    SqliteFile destination = sqlite();
    try (RunningFeed feed = ReprintedTypes.start(source, destination::sink)) {
      feed.awaitFollowing();
      try (HeldTransaction held =
          HeldTransaction.begin(
              source,
              "INSERT INTO t (id, v) VALUES (9, 'sad'); UPDATE t SET d = 'sad' WHERE id = 2;"
                  + " DELETE FROM t WHERE id = 4")) {
        source.execute(ReprintedTypes.STEPS.getFirst());
        Await.until(
            "the table is emptied for its load",
            Duration.ofSeconds(60),
            () -> destination.answer("SELECT count(*) FROM t").equals("0"));
        held.commit();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
    }
    ReprintedTypes.catchUp(source, destination);
    ReprintedTypes.assertEqual(source, destination, "a transaction around it");
  }

  /** Keys of the backlog are no values of their type any more. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void isEqualIfItIsInTheKey(boolean running, Database source) throws Exception {
    source.execute(ReprintedTypes.keyed(200));
    SqliteFile destination = sqlite();
    PipelineSettings settings = FeedSetup.oneReader(source.name(), List.of("public.*"), 16 << 10);
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    String statements =
        "UPDATE t SET w = 'old' WHERE v = 'sad' AND id % 2 = 0; DELETE FROM t WHERE id % 7 = 0;"
            + " UPDATE t SET id = id + 1000 WHERE v = 'sad' AND id % 5 = 0; INSERT INTO t VALUES"
            + " ('sad', -1, 'new'); ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; UPDATE t SET"
            + " w = 'later' WHERE v = 'blue' AND id % 3 = 0; UPDATE t SET id = -id WHERE id % 11 ="
            + " 0";
    if (running) {
      try (RunningFeed feed =
          RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink)) {
        feed.awaitFollowing();
        source.execute(statements);
        feed.awaitRowsLoaded(600);
      }
    } else {
      source.execute(statements);
    }
    FeedSetup.catchUp(settings, source, List.of(destination::sink));
    ReprintedTypes.assertEqual(source, destination, "a key", "t");
  }

  @ParameterizedTest
  @CsvSource({"PLANNED, 0", "CHUNKS, 2"})
  void aKillWhileItIsLoadedAgainLosesNothing(HaltingSink.Step step, int count, Database source)
      throws Exception {
    source.execute(
        ReprintedTypes.TYPES
            + ReprintedTypes.TABLE
            + "; INSERT INTO t (id, v, cs) SELECT i, 'sad', array_fill((i, 'sad')::pair,"
            + " array[20]) FROM generate_series(10, 2000) i");
    SqliteFile destination = sqlite();
    ReprintedTypes.catchUp(source, destination);
    source.execute(
        "UPDATE t SET d = 'sad' WHERE id % 3 = 0; "
            + ReprintedTypes.STEPS.getFirst()
            + "; DELETE FROM t WHERE"
            + " id % 4 = 0");
    HaltedFeed.run(source, destination, step, count, Replacement.FAIL);
    source.execute("UPDATE t SET v = 'ok' WHERE id % 5 = 0");
    ReprintedTypes.catchUp(source, destination);
    ReprintedTypes.assertEqual(source, destination, step.name());
  }

  /** No row that is there prints otherwise. */
  @Test
  void aNewLabelHasNothingRead(Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    SqliteFile destination = sqlite();
    try (RunningFeed feed = ReprintedTypes.start(source, destination::sink)) {
      feed.awaitFollowing();
      long loaded = feed.rowsLoaded();
      source.execute("ALTER TYPE mood ADD VALUE 'new' BEFORE 'sad'");
      source.execute("ALTER TYPE mood RENAME TO feeling; INSERT INTO t (id, v) VALUES (7, 'new')");
      ReprintedTypes.awaitNoted(destination, "new");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(loaded, feed.rowsLoaded());
      ReprintedTypes.assertEqual(source, destination, "a new label");
    }
  }

  /** A row with the new label in its key waits to be applied when the type is looked at. */
  @Test
  void goesOnIfARowIsNotFoundByItsNewLabel(Database source) throws Exception {
    source.execute(
        ReprintedTypes.TYPES
            + "CREATE TABLE t (v mood, id int, w text, PRIMARY KEY (v, id)); INSERT"
            + " INTO t VALUES ('sad', 1, 'a'), ('ok', 1, 'b')");
    SqliteFile destination = sqlite();
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (RunningFeed feed =
        RunningFeed.start(settings, FeedSetup.connector(source.uri()), destination::sink)) {
      feed.awaitFollowing();
      for (int i = 0; i < 10; i++) {
        source.execute(
            "ALTER TYPE mood RENAME VALUE '%1$s' TO '%2$s'; UPDATE t SET w = '%2$s' WHERE v = '%2$s'"
                .formatted(i == 0 ? "sad" : "sad" + i, "sad" + (i + 1)));
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
    }
    ReprintedTypes.catchUp(source, destination);
    ReprintedTypes.assertEqual(source, destination, "few rows", "t");
  }

  private SqliteFile sqlite() {
    return new SqliteFile(directory.resolve("copy.db"));
  }
}
