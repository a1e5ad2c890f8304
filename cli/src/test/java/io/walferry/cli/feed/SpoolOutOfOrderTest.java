package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.pipeline.Until;
import io.walferry.sink.Sink;
import io.walferry.spool.SpoolSettings;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A feed needs no spool: without streaming the server keeps what is too large. */
@Postgres
final class SpoolOutOfOrderTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFeedGoesOnWithoutItsSpool(boolean full, Database source) throws Exception {
    Path place = full ? directory : Files.writeString(directory.resolve("file"), "");
    FeedSetup.streamEarly(source);
    source.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
    source.execute("CREATE PUBLICATION \"%s\" FOR TABLE t".formatted(source.name()));
    PipelineSettings usual = FeedSetup.settings(source.name(), List.of());
    PipelineSettings settings =
        new PipelineSettings(
            usual.feed(),
            usual.stream().with(new SpoolSettings(place, 0, full ? 1000 : 1L << 30)),
            usual.batch(),
            new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(3)),
            1,
            64 << 10,
            usual.invalidText(),
            Until.Now.NOW);
    Path file = directory.resolve("copy.db");
    List<Supplier<Sink>> sinks = List.of(() -> FeedSetup.sqlite(file));
    FeedSetup.run(settings, source, sinks);
    source.execute("INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 2000) g");
    FeedSetup.run(settings, source, sinks);
    try (Connection copy = FeedSetup.open(file);
        Statement sql = copy.createStatement();
        ResultSet count = sql.executeQuery("SELECT count(*) FROM t")) {
      count.next();
      assertEquals(2000, count.getInt(1));
    }
  }
}
