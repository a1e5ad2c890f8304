package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.spool.SpoolSettings;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What cannot be had of a transaction in progress is had once it has committed. */
@Postgres
final class InProgressTest {
  private static final String LARGE =
      "INSERT INTO t SELECT g, repeat(md5(g::text), 30) FROM generate_series(%d, %d) g";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void aFullSpoolLeavesLargeTransactionsToTheServer(Kind kind, Database source) throws Exception {
    follow(
        kind,
        source,
        new SpoolSettings(directory.resolve("spool"), 50_000, 200_000),
        List.of(ErrorCode.SPOOL_FULL),
        LARGE.formatted(1, 5000),
        LARGE.formatted(5001, 9000) + "; DELETE FROM t WHERE id % 2 = 0");
  }

  @ParameterizedTest
  @EnumSource
  void aSpoolOnDiskTakesThemAsTheyCome(Kind kind, Database source) throws Exception {
    Path spool = directory.resolve("spool");
    follow(
        kind,
        source,
        new SpoolSettings(spool, 50_000, 1L << 30),
        List.of(),
        LARGE.formatted(1, 5000),
        "SAVEPOINT s; "
            + LARGE.formatted(6000, 9000)
            + "; ROLLBACK TO s; DELETE FROM t WHERE id < 9",
        LARGE.formatted(5001, 9000) + "; ROLLBACK");
    Sender.awaitStreamed(source);
    try (Stream<Path> files = Files.list(spool)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void messagesThatMayHaveBeenRolledBackAreNotGuessedAt(Kind kind, Database source)
      throws Exception {
    follow(
        kind,
        source,
        SpoolSettings.in(directory),
        List.of(ErrorCode.STREAMING_UNSUITABLE),
        LARGE.formatted(1, 1000)
            + "; SELECT pg_logical_emit_message(true, 'mine', 'counts'); SAVEPOINT s; "
            + LARGE.formatted(2000, 3000)
            + "; SELECT pg_logical_emit_message(true, 'mine', 'is void'); ROLLBACK TO s; "
            + LARGE.formatted(3001, 3500));
  }

  private void follow(
      Kind kind,
      Database source,
      SpoolSettings spool,
      List<ErrorCode> failures,
      String... transactions)
      throws Exception {
    FeedSetup.streamEarly(source);
    source.execute("CREATE TABLE t (id int PRIMARY KEY, filler text); INSERT INTO t VALUES (0)");
    PipelineSettings settings = FeedSetup.settings(source.name(), List.of("public.*"));
    try (Destination destination = kind.create(directory, source.server())) {
      try (RunningFeed feed =
          RunningFeed.start(
              settings.with(settings.stream().with(spool)),
              FeedSetup.connector(source.uri()),
              destination::sink)) {
        feed.awaitFollowing();
        for (String transaction : transactions) {
          source.execute("BEGIN; " + transaction + "; COMMIT");
        }
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(failures, BinaryFeedTest.codes(feed));
      }
      assertEquals(
          List.of(),
          destination.compare(source, List.of(new TableName("public", "t"))).tableDifferences());
    }
  }
}
