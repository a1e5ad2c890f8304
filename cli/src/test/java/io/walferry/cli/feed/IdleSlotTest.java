package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing commits in the database that is followed, while another one writes. */
@Postgres
final class IdleSlotTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void itsSlotMovesOnByKeepAlivesAndHoldsNothingBack(int major) throws Exception {
    try (PostgresServer server =
            PostgresServer.builder().major(major).setting("autovacuum", "off").start();
        Database idle = server.createDatabase("idle");
        Database busy = server.createDatabase("busy")) {
      idle.execute("CREATE TABLE t (id int PRIMARY KEY)");
      busy.execute("CREATE TABLE t (v text)");
      try (RunningFeed feed =
          RunningFeed.start(
              FeedSetup.settings(idle.name(), List.of("public.*")),
              FeedSetup.connector(idle.uri()),
              () -> FeedSetup.sqlite(directory.resolve("copy.db")))) {
        feed.awaitFollowing();
        busy.execute("INSERT INTO t SELECT repeat('x', 500) FROM generate_series(1, 10000)");
        Lsn written = FeedSetup.walEnd(busy);
        feed.awaitDurable(written);
        awaitSlot(idle, busy, "confirmed_flush_lsn", written);
        // Moves with a record that the server writes every 15 seconds while it is in use.
        awaitSlot(idle, busy, "restart_lsn", written);
      }
    }
  }

  /** At once or by way of a spool; what has come before has to be everywhere first. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itsFeedKnowsThatThereIsNoMore(boolean durable, Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY)");
    PipelineSettings straight = FeedSetup.settings(source.name(), List.of("public.*"));
    try (RunningFeed feed =
        RunningFeed.start(
            durable ? FeedSetup.durable(straight, directory.resolve("spool")) : straight,
            FeedSetup.connector(source.uri()),
            () -> FeedSetup.sqlite(directory.resolve("copy.db")))) {
      feed.awaitCaughtUp(0);
      source.execute("INSERT INTO t VALUES (1)");
      feed.awaitCaughtUp(1);
      source.execute("INSERT INTO t VALUES (2)");
      feed.awaitCaughtUp(2);
    }
  }

  private static void awaitSlot(Database idle, Database busy, String place, Lsn least)
      throws SQLException {
    String query =
        "SELECT %s FROM pg_replication_slots WHERE slot_name = '%s'".formatted(place, idle.name());
    Await.until(
        place + " is at least " + least,
        Duration.ofMinutes(2),
        () -> {
          // Writes that record at once.
          busy.execute("CHECKPOINT");
          return Lsn.parse(busy.answer(query));
        },
        reached -> !reached.isBefore(least));
  }
}
