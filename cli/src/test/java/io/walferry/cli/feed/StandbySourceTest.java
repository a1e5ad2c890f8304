package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hot standby can be followed (16 and up), but its existing rows cannot be loaded. */
@Postgres
final class StandbySourceTest {

  private static final String TABLE = "CREATE TABLE %s (id int PRIMARY KEY)";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"SQLITE, 16", "POSTGRES, 18"})
  void isFollowedFromNowOnAndNotLoaded(Kind kind, int major, PostgresServers servers)
      throws Exception {
    try (PostgresServer primary = PostgresServer.builder().major(major).durable(true).start();
        Database source = primary.createDatabase("standby");
        Destination destination = kind.create(directory, servers.server());
        Standby standby = Standby.of(primary, directory.resolve("standby"))) {
      Database copy = standby.database(source);
      source.execute(TABLE.formatted("t") + "; INSERT INTO t VALUES (1)");
      source.execute("CREATE PUBLICATION \"%s\" FOR TABLE t".formatted(source.name()));
      standby.awaitReplayed();

      try (RunningFeed feed = feed(copy, destination, LoadMode.SNAPSHOT)) {
        WalferryException failure = feed.awaitFailure();
        assertEquals(ErrorCode.SOURCE_STANDBY, failure.code(), failure.toString());
      }
      assertEquals(0, slots(copy));

      destination.execute(TABLE.formatted("t"));
      destination.execute(TABLE.formatted("later"));
      try (RunningFeed feed = feed(copy, destination, LoadMode.NONE)) {
        Await.until(
            "there is a slot",
            Duration.ofMinutes(1),
            () -> {
              primary.maintenanceDatabase().execute("SELECT pg_log_standby_snapshot()");
              return slots(copy) > 0;
            });
        feed.awaitFollowing();
        source.execute("INSERT INTO t VALUES (2)");
        // The server announces its relations again, and the feed looks at the publication.
        source.execute(TABLE.formatted("later"));
        source.execute("ALTER PUBLICATION \"%s\" ADD TABLE later".formatted(source.name()));
        source.execute("INSERT INTO later VALUES (3); INSERT INTO t VALUES (4)");
        feed.awaitDurable(FeedSetup.walEnd(source));
        assertEquals(List.of(), feed.retries());
      }
      assertEquals(
          "2,4 3",
          destination.answer(
              """
              SELECT (SELECT string_agg(CAST(id AS text), ',' ORDER BY id) FROM t) || ' '
                || (SELECT string_agg(CAST(id AS text), ',' ORDER BY id) FROM later)
              """));
    }
  }

  /** Ready ones: a slot that is being made has confirmed nothing. */
  private static int slots(Database database) throws SQLException {
    return Integer.parseInt(
        database.answer(
            "SELECT count(*) FROM pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL"));
  }

  private static RunningFeed feed(Database source, Destination destination, LoadMode load) {
    String name = source.name();
    PipelineSettings settings = FeedSetup.settings(name, List.of());
    return RunningFeed.start(
        new PipelineSettings(
            new FeedSettings(name, name, name, List.of(), true, load),
            settings.stream(),
            settings.batch(),
            new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(1)),
            settings.loadReaders(),
            settings.chunkBytes(),
            settings.invalidText(),
            settings.until()),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }
}
