package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.feed.Destination.Kind;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A feed that stood still while another process took over: a paused machine, a container that was
 * given up too early. When it wakes it writes nothing and ends.
 */
@Postgres
final class ZombieTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofMinutes(2));

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"POSTGRES, committed", "SQLITE, loaded"})
  void aPredecessorThatWakesUpEndsWithoutEffect(Kind kind, String moment, Database source)
      throws Exception {
    wakeAndCompare(kind, moment, source);
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({"POSTGRES, loaded", "SQLITE, committed"})
  void aPredecessorThatWakesUpAtAnotherMomentEndsWithoutEffect(
      Kind kind, String moment, Database source) throws Exception {
    wakeAndCompare(kind, moment, source);
  }

  private void wakeAndCompare(Kind kind, String moment, Database source) throws Exception {
    Workload workload = Workload.create(Seeds.next());
    Random random = new Random(workload.seed());
    try (Connection connection = source.connect()) {
      workload.createSchema(connection);
    }
    workload.run(source::connect, 200, 4);
    try (Destination destination = kind.create(directory, source.server(), workload);
        ChildJvm zombie = FeedMain.start(source, destination)) {
      if (moment.equals("committed")) {
        zombie.awaitLine(line -> line.startsWith("following"), PATIENCE);
        workload.run(source::connect, 20, 4);
      }
      AtomicInteger left = new AtomicInteger(random.nextInt(6));
      zombie.awaitLine(line -> line.startsWith(moment) && left.getAndDecrement() <= 0, PATIENCE);
      zombie.suspend();
      letGoOf(source, destination);
      workload.run(source::connect, 20, 4);
      try (RunningFeed successor = start(source, destination)) {
        // A file that the zombie has locked stays so until it wakes.
        successor.awaitFollowingOrRetry();
        zombie.resume();
        workload.run(source::connect, 20, 4);
        assertEquals(1, zombie.awaitExit(PATIENCE));
        assertTrue(
            zombie.lines().stream().anyMatch(line -> line.startsWith("failed DESTINATION_FENCED")),
            () -> String.join("\n", zombie.lines()));
        successor.awaitDurable(FeedSetup.walEnd(source));
      }
      FeedSetup.catchUp(source, destination);
      assertEquals(
          List.of(),
          destination.compare(source, workload).tableDifferences(),
          "seed " + workload.seed());
    }
  }

  private static RunningFeed start(Database source, Destination destination) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES),
        FeedSetup.connector(source.uri()),
        destination::sink);
  }

  /**
   * The servers notice in the end that nobody answers; here they do at once, so that whatever the
   * zombie tries fails before it can learn that it was replaced, and no table stays locked.
   */
  private static void letGoOf(Database source, Destination destination) throws Exception {
    endSessions(source);
    if (destination instanceof Destination.PostgresDatabase(var database)) {
      endSessions(database);
    }
  }

  private static void endSessions(Database database) throws Exception {
    database.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }
}
