package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.cli.feed.Destination.Kind;
import io.walferry.sink.Sink;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import io.walferry.testkit.workload.Seeds;
import io.walferry.testkit.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One slot into a SQLite file and a PostgreSQL database, with awkward changes all the while. */
@Postgres
final class SeveralDestinationsTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));
  private static final int NEVER = -1;

  private final Workload workload = Workload.create(Seeds.next());

  @TempDir Path directory;

  private void fill(Database source) throws Exception {
    try (Connection connection = source.connect()) {
      workload.createSchema(connection);
    }
    workload.run(source::connect, 60, 4);
  }

  @Test
  void bothAreEqualAfterALoadUnderWritesAndAStream(Database source) throws Exception {
    fill(source);
    try (Destination file = Kind.SQLITE.create(directory, source.server(), workload);
        Destination database = Kind.POSTGRES.create(directory, source.server(), workload)) {
      try (Writes writes = new Writes(source);
          RunningFeed feed = start(source, file, database)) {
        feed.awaitFollowing();
        writes.end();
        workload.run(source::connect, 30, 4);
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, file, database);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDestinationJoinsWhileTheSourceIsWritten(boolean fileFirst, Database source)
      throws Exception {
    fill(source);
    try (Destination file = Kind.SQLITE.create(directory, source.server(), workload);
        Destination database = Kind.POSTGRES.create(directory, source.server(), workload)) {
      Destination first = fileFirst ? file : database;
      Destination second = fileFirst ? database : file;
      try (RunningFeed feed = start(source, first)) {
        feed.awaitFollowing();
      }
      try (Writes writes = new Writes(source);
          RunningFeed feed = start(source, first, second)) {
        feed.awaitFollowing();
        writes.end();
        feed.awaitDurable(FeedSetup.walEnd(source));
      }
      assertEqual(source, file, database);
    }
  }

  @Test
  void bothAreEqualAfterKillsBetweenTheirCommits(Database source) throws Exception {
    killAndCompare(true, source);
  }

  @Tag("full")
  @Test
  void bothAreEqualAfterKillsBetweenTheirCommitsInTheOtherOrder(Database source) throws Exception {
    killAndCompare(false, source);
  }

  /** The last one is behind when the process is killed, from the first write on. */
  private void killAndCompare(boolean fileLast, Database source) throws Exception {
    fill(source);
    Random random = new Random(workload.seed());
    try (Destination file = Kind.SQLITE.create(directory, source.server(), workload);
        Destination database = Kind.POSTGRES.create(directory, source.server(), workload)) {
      Destination first = fileLast ? database : file;
      Destination last = fileLast ? file : database;
      for (int commit : List.of(0, 1, 2, 1 + random.nextInt(20), random.nextInt(3))) {
        killHeld(source, commit, first, last);
      }
      try (ChildJvm child = start(source, NEVER, first, last)) {
        child.awaitLine(line -> line.startsWith("following"), PATIENCE);
        Lsn end = FeedSetup.walEnd(source);
        child.awaitLine(line -> KillTest.hasReached(line, end), PATIENCE);
      }
      assertEqual(source, file, database);
    }
  }

  /** Writes while it starts, and while it follows until it is held. */
  private void killHeld(Database source, int commit, Destination... destinations) {
    try (ChildJvm child = start(source, commit, destinations)) {
      CompletableFuture<String> heard =
          CompletableFuture.supplyAsync(
              () -> child.awaitLine(line -> line.equals(SeveralFeedMain.HELD), PATIENCE),
              task -> Thread.ofPlatform().start(task));
      workload.run(source::connect, 10, 4);
      child.awaitLine(
          line -> line.startsWith("following") || line.equals(SeveralFeedMain.HELD), PATIENCE);
      while (!heard.isDone()) {
        workload.run(source::connect, 2, 4);
      }
      heard.join();
    }
  }

  private static ChildJvm start(Database source, int commit, Destination... destinations) {
    List<String> arguments =
        new ArrayList<>(List.of(source.uri(), source.name(), Integer.toString(commit)));
    Stream.of(destinations).map(Destination::name).forEach(arguments::add);
    return ChildJvm.running(SeveralFeedMain.class)
        .arguments(arguments.toArray(String[]::new))
        .jvmOptions("-Xmx128m", "--enable-native-access=ALL-UNNAMED")
        .start();
  }

  private static RunningFeed start(Database source, Destination... destinations) {
    return RunningFeed.start(
        FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES),
        FeedSetup.connector(source.uri()),
        sinks(destinations));
  }

  private static List<Supplier<Sink>> sinks(Destination... destinations) {
    List<Supplier<Sink>> sinks = new ArrayList<>();
    for (Destination destination : destinations) {
      sinks.add(destination::sink);
    }
    return sinks;
  }

  /** Of destinations that follow. */
  private void assertEqual(Database source, Destination... destinations) throws Exception {
    FeedSetup.catchUp(
        FeedSetup.settings(source.name(), WorkloadFeedTest.TABLES), source, sinks(destinations));
    for (Destination destination : destinations) {
      assertEquals(
          List.of(),
          destination.compare(source, workload).tableDifferences(),
          destination.name() + ", seed " + workload.seed());
    }
  }

  /** Changes at the source until the end. */
  private final class Writes implements AutoCloseable {
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final CompletableFuture<Void> writer;

    Writes(Database source) {
      writer = CompletableFuture.runAsync(() -> write(source));
    }

    private void write(Database source) {
      while (going.get()) {
        workload.run(source::connect, 10, 4);
      }
    }

    void end() {
      going.set(false);
      writer.join();
    }

    @Override
    public void close() {
      end();
    }
  }
}
