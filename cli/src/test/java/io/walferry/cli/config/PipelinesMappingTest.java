package io.walferry.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.postgres.Secret;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.stream.OutputOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several pipelines in one file: what each has of its own, and what it takes from the top. */
final class PipelinesMappingTest {
  private static final String TWO =
      """
      source:
        url: postgresql://me@db/app
        password: shared
        publication: everything
        tables: [public.*]
        create: false
      pipeline:
        load: none
        batchRows: 77
        retry: {first: 2s, most: 9s}
      pipelines:
        first:
          sinks: {copy: {type: sqlite, path: first.db}}
        second:
          source: {slot: other, publication: less, tables: [sales.*, a.b], create: true}
          sinks: {copy: {type: jsonLines, path: '-'}}
          pipeline: {name: known, batchRows: 5, retry: {first: 3s}}
      """;

  @TempDir private Path directory;

  @Test
  void whatAPipelineDoesNotSayComesFromTheTop() {
    FeedConfig first = read(TWO, Map.of()).feeds().getFirst();
    assertEquals("first", first.name());
    assertEquals("me@db:5432/app", first.source().connection().display());
    assertEquals(
        new SourceConfig(
            first.source().connection(),
            "walferry_first",
            "everything",
            List.of("public.*"),
            false,
            true,
            Optional.empty(),
            OutputOptions.DEFAULT),
        first.source());
    assertEquals(
        new SinkConfig.Sqlite("copy", directory.resolve("first.db"), ExistingRows.REFUSE),
        first.sinks().getFirst());
    PipelineConfig defaults = PipelineConfig.defaults("first");
    assertEquals(
        new PipelineConfig(
            "first",
            PipelineConfig.Load.NONE,
            defaults.onSlotLost(),
            defaults.loadReaders(),
            defaults.chunkBytes(),
            77,
            defaults.batchBytes(),
            defaults.batchTime(),
            defaults.bufferBytes(),
            defaults.statusInterval(),
            defaults.spool(),
            new RetryConfig(
                Duration.ofSeconds(2), Duration.ofSeconds(9), RetryConfig.DEFAULTS.slotWait())),
        first.pipeline());
  }

  @Test
  void whatAPipelineSaysCountsMoreThanTheTop() {
    WalferryConfig config = read(TWO, Map.of());
    assertTrue(config.several());
    FeedConfig second = config.feeds().getLast();
    assertEquals("second", second.name());
    assertEquals(
        new SourceConfig(
            config.feeds().getFirst().source().connection(),
            "other",
            "less",
            List.of("sales.*", "a.b"),
            true,
            true,
            Optional.empty(),
            OutputOptions.DEFAULT),
        second.source());
    assertEquals(
        new SinkConfig.JsonLines("copy", Optional.empty(), ExistingRows.REFUSE),
        second.sinks().getFirst());
    assertEquals("known", second.pipeline().name());
    assertEquals(PipelineConfig.Load.NONE, second.pipeline().load());
    assertEquals(5, second.pipeline().batchRows());
    assertEquals(Duration.ofSeconds(3), second.pipeline().retry().first());
    assertEquals(Duration.ofSeconds(9), second.pipeline().retry().most());
  }

  @Test
  void aPasswordAtTheTopGoesWithTheUrlThatStandsBesideIt() {
    String both = "source: {url: postgresql://me@db/app, password: shared}\n";
    String alone = "source: {password: shared}\n";
    String own = pipelines("{url: postgresql://me@other/app}");
    assertEquals(Optional.empty(), password(both + own));
    assertEquals(Optional.of(new Secret("shared")), password(alone + own));
    assertEquals(Optional.of(new Secret("shared")), password(both + pipelines("{slot: x}")));
    assertEquals(Optional.of(new Secret("mine")), password(both + pipelines("{password: mine}")));
  }

  @Test
  void aReferenceToASecretIsNotMixedWithAnother() {
    String shared = "source: {url: 'host=db user=me', password: {file: nowhere}}\n";
    assertEquals(
        Optional.of(new Secret("mine")),
        password(
            shared.replace("{file: nowhere}", "{env: A}") + pipelines("{password: {env: B}}"),
            Map.of("A", "shared", "B", "mine")));
  }

  @Test
  void aSinkAtTheTopIsForThePipelinesWithoutOne() {
    WalferryConfig config =
        read(
            """
            source: {url: host=db user=me}
            sinks: {all: {type: sqlite, path: all.db}}
            pipelines:
              first: {}
              second:
              third: {sinks: {own: {type: sqlite, path: own.db}}}
            """,
            Map.of("WALFERRY_SINKS_ALL_PATH", "elsewhere.db"));
    SinkConfig all =
        new SinkConfig.Sqlite("all", directory.resolve("elsewhere.db"), ExistingRows.REFUSE);
    SinkConfig own = new SinkConfig.Sqlite("own", directory.resolve("own.db"), ExistingRows.REFUSE);
    assertEquals(
        List.of(all, all, own),
        config.feeds().stream().flatMap(feed -> feed.sinks().stream()).toList());
  }

  @Test
  void severalSinksOfAPipelineNeedNoFurtherName() {
    WalferryConfig config =
        read(
            """
            source: {url: host=db user=me}
            sinks:
              one: {type: sqlite, path: one.db}
              two: {type: sqlite, path: two.db}
            pipelines:
              first: {}
              second:
                sinks:
                  one: {type: sqlite, path: one.db}
                  two: {type: jsonLines, path: two.jsonl}
            """,
            Map.of());
    assertEquals(
        List.of("first", "second"),
        config.feeds().stream().map(feed -> feed.pipeline().name()).toList());
    assertEquals(
        List.of("one", "two", "one", "two"),
        config.feeds().stream()
            .flatMap(feed -> feed.sinks().stream())
            .map(SinkConfig::name)
            .toList());
  }

  @Test
  void everyKeyHasItsVariableAndThatOfThePipelineCountsMost() {
    List<FeedConfig> feeds =
        read(
                TWO,
                Map.of(
                    "WALFERRY_SOURCE_PUBLICATION", "of_all",
                    "WALFERRY_PIPELINE_BATCH_ROWS", "6",
                    "WALFERRY_PIPELINES_FIRST_PIPELINE_RETRY_SLOT_WAIT", "7s",
                    "WALFERRY_PIPELINES_SECOND_SOURCE_SLOT", "of_second",
                    "WALFERRY_PIPELINES_SECOND_SINKS_COPY_PATH", "out.jsonl"))
            .feeds();
    FeedConfig first = feeds.getFirst();
    FeedConfig second = feeds.getLast();
    assertEquals("of_all", first.source().publication());
    assertEquals(6, first.pipeline().batchRows());
    assertEquals(Duration.ofSeconds(7), first.pipeline().retry().slotWait());
    assertEquals("less", second.source().publication());
    assertEquals("of_second", second.source().slot());
    assertEquals(5, second.pipeline().batchRows());
    assertEquals(
        new SinkConfig.JsonLines(
            "copy", Optional.of(directory.resolve("out.jsonl")), ExistingRows.REFUSE),
        second.sinks().getFirst());
  }

  private static String pipelines(String source) {
    return "pipelines: {a: {source: " + source + ", sinks: {copy: {type: sqlite, path: a.db}}}}\n";
  }

  private Optional<Secret> password(String yaml) {
    return password(yaml, Map.of());
  }

  private Optional<Secret> password(String yaml, Map<String, String> environment) {
    return read(yaml, environment).feeds().getFirst().source().connection().password().ask();
  }

  private WalferryConfig read(String yaml, Map<String, String> environment) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.put("HOME", directory.toString());
    ConfigResult result = ConfigFile.parse(yaml, directory, complete);
    return assertInstanceOf(ConfigResult.Valid.class, result, result::toString).config();
  }
}
