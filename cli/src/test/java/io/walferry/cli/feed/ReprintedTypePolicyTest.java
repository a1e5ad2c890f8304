package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.cli.feed.Destination.SqliteFile;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.publication.TablePattern;
import io.walferry.sink.Sink;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.transform.TableMapping;
import io.walferry.transform.TableRule;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.TransformedSink;
import io.walferry.transform.value.Mask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sees that settings say what becomes of rows whose type was altered in place. */
@Postgres
final class ReprintedTypePolicyTest {
  @TempDir Path directory;

  /** Lets a feed go on once settings say that rows stay, or are read again. */
  @ParameterizedTest
  @CsvSource({"IGNORE, sad", "APPLY, blue"})
  void haltsUntilThePolicySaysOtherwise(DdlPolicy policy, String left, Database source)
      throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    SqliteFile destination = sqlite();
    try (RunningFeed feed =
        ReprintedTypes.start(source, () -> ReprintedTypes.sink(destination, DdlPolicy.HALT))) {
      feed.awaitFollowing();
      source.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
      ReprintedTypes.assertHalted(feed.awaitFailure(), "'ddl.retyped'");
    }
    try (RunningFeed feed =
        ReprintedTypes.start(source, () -> ReprintedTypes.sink(destination, DdlPolicy.HALT))) {
      ReprintedTypes.assertHalted(feed.awaitFailure(), "public.t");
    }
    FeedSetup.catchUp(
        FeedSetup.settings(source.name(), List.of("public.*")),
        source,
        List.of(() -> ReprintedTypes.sink(destination, policy)));
    try (RunningFeed feed =
        ReprintedTypes.start(source, () -> ReprintedTypes.sink(destination, DdlPolicy.HALT))) {
      feed.awaitFollowing();
      source.execute("UPDATE t SET v = 'blue' WHERE id = 2");
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals("blue", destination.answer("SELECT v FROM t WHERE id = 2"));
      assertEquals(left, destination.answer("SELECT v FROM t WHERE id = 1"));
    }
  }

  /** A type of the destination is altered by whom it belongs to. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TYPE public.mood RENAME VALUE 'sad' TO 'b''lue';",
        "ALTER TYPE public.mood RENAME VALUE 'ok' TO 'b''lue'; ALTER TYPE public.mood RENAME VALUE"
            + " 'sad' TO 'ok';",
        "ALTER TYPE public.pair ADD ATTRIBUTE \"W x\" numeric(10,2);",
        "ALTER TYPE public.pair DROP ATTRIBUTE \"n\";"
      })
  void haltsUntilTheTypeOfThatNameIsAltered(String statement, Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute(
          ReprintedTypes.TYPES
              + "CREATE TABLE t (id int PRIMARY KEY, v mood, d text, a text, c pair,"
              + " cs text)");
      source.execute("ALTER TYPE mood ADD VALUE 'new'");
      ReprintedTypes.catchUp(source, destination);
      source.execute("ALTER TYPE mood ADD VALUE 'newer'");
      source.execute("UPDATE t SET d = NULL; " + statement + " UPDATE t SET v = v");
      for (int start = 0; start < 2; start++) {
        try (RunningFeed feed = ReprintedTypes.start(source, destination::sink)) {
          ReprintedTypes.assertHalted(feed.awaitFailure(), statement);
        }
      }
      destination.execute(statement);
      ReprintedTypes.catchUp(source, destination);
      ReprintedTypes.assertEqual(source, destination, statement);
    }
  }

  /** A row with the new label comes before anybody looks at the type. */
  @Test
  void saysWhatToDoIfARowIsRefused(Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    StreamSettings rare =
        settings.stream().with(Duration.ofHours(1), settings.stream().silenceMax());
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute(ReprintedTypes.TYPES);
      try (RunningFeed feed =
          RunningFeed.start(
              settings.with(rare), FeedSetup.connector(source.uri()), destination::sink)) {
        feed.awaitFollowing();
        source.execute(
            ReprintedTypes.STEPS.getFirst() + "; INSERT INTO t (id, v) VALUES (7, 'b''lue')");
        ReprintedTypes.assertHalted(
            feed.awaitFailure(), "ALTER TYPE public.mood RENAME VALUE 'sad' TO 'b''lue';");
      }
    }
  }

  /** Reads no row if settings leave a type of the destination to people, who have altered it. */
  @Test
  void readsNothingIfTheTypeOfThatNameIsAlteredByHand(Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    try (Destination destination = Kind.POSTGRES.create(directory, source.server())) {
      destination.execute(ReprintedTypes.TYPES);
      Supplier<Sink> sink =
          () ->
              new PostgresSink(
                  FeedSetup.connector(destination.name()),
                  PostgresSinkSettings.DEFAULT.withDdl(ReprintedTypes.retyped(DdlPolicy.HALT)));
      try (RunningFeed feed = ReprintedTypes.start(source, sink)) {
        feed.awaitFollowing();
        source.execute(ReprintedTypes.STEPS.getFirst());
        ReprintedTypes.assertHalted(feed.awaitFailure(), "public.t");
      }
      destination.execute(ReprintedTypes.STEPS.getFirst());
      try (RunningFeed feed = ReprintedTypes.start(source, sink)) {
        feed.awaitFollowing();
        source.execute("INSERT INTO t (id, v) VALUES (7, 'b''lue')");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(0, feed.rowsLoaded());
        ReprintedTypes.assertEqual(source, destination, "by hand");
      }
    }
  }

  /** Forgets what was noted of a load: its keys are no values of the type any more. */
  @ParameterizedTest
  @CsvSource({"IGNORE", "APPLY"})
  void aLoadThatWasCutShortBeginsAnew(DdlPolicy policy, Database source) throws Exception {
    source.execute(ReprintedTypes.keyed(1000));
    SqliteFile destination = sqlite();
    HaltedFeed.run(source, destination, HaltingSink.Step.CHUNKS, 3);
    source.execute("UPDATE t SET w = 'old' WHERE id % 3 = 0; " + ReprintedTypes.STEPS.getFirst());
    FeedSetup.catchUp(
        FeedSetup.settings(source.name(), List.of("public.*")),
        source,
        List.of(() -> ReprintedTypes.sink(destination, policy)));
    ReprintedTypes.assertEqual(source, destination, policy.name(), "t");
  }

  /** A type that nobody follows may be altered. */
  @Test
  void aTableThatComesBackIsReadOnce(Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES + ReprintedTypes.TABLE);
    SqliteFile destination = sqlite();
    ReprintedTypes.catchUp(source, destination);
    FeedSetup.catchUp(
        FeedSetup.settings(source.name(), List.of("public.other")),
        source,
        List.of(destination::sink));
    source.execute(ReprintedTypes.STEPS.getFirst());
    destination.execute("DROP TABLE t");
    try (RunningFeed feed =
        ReprintedTypes.start(source, () -> ReprintedTypes.sink(destination, DdlPolicy.HALT))) {
      feed.awaitFollowing();
      source.execute("ALTER TYPE mood ADD VALUE 'new'");
      ReprintedTypes.awaitNoted(destination, "new");
      assertEquals(ReprintedTypes.ROWS, feed.rowsLoaded());
    }
    ReprintedTypes.assertEqual(source, destination, "back");
  }

  /** Makes anew what rules make of labels, and lets a table be of which no label goes anywhere. */
  @Test
  void rulesSeeTheNewLabels(Database source) throws Exception {
    source.execute(ReprintedTypes.TYPES);
    for (String table : List.of("dropped", "filtered", "masked")) {
      source.execute(
          ("CREATE TABLE %1$s (id int PRIMARY KEY, v mood); ALTER"
                  + " TABLE %1$s REPLICA IDENTITY FULL; INSERT INTO %1$s VALUES (1,"
                  + " 'sad'), (2, 'ok'), (3, NULL)")
              .formatted(table));
    }
    TransformSettings rules =
        new TransformSettings(
            new TableMapping(Map.of(), Map.of()),
            List.of(
                TableRule.forTables(TablePattern.parse("public.dropped")).dropping("v"),
                TableRule.forTables(TablePattern.parse("public.filtered")).where("v == 'blue'"),
                TableRule.forTables(TablePattern.parse("public.masked"))
                    .changing(Map.of("v", new Mask(0, 2, '*')))));
    SqliteFile destination = sqlite();
    try (RunningFeed feed =
        ReprintedTypes.start(source, () -> new TransformedSink(destination.sink(), rules))) {
      feed.awaitFollowing();
      assertEquals("0", destination.answer("SELECT count(*) FROM filtered"));
      long loaded = feed.rowsLoaded();
      source.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'");
      feed.awaitRowsLoaded(loaded + 6);
      feed.awaitDurable(FeedSetup.walEnd(source));
      assertEquals(loaded + 6, feed.rowsLoaded());
    }
    assertEquals("1 blue", destination.answer("SELECT id || ' ' || v FROM filtered"));
    assertEquals("**ue", destination.answer("SELECT v FROM masked WHERE id = 1"));
    assertEquals("3", destination.answer("SELECT count(*) FROM dropped"));
  }

  private SqliteFile sqlite() {
    return new SqliteFile(directory.resolve("copy.db"));
  }
}
