package io.walferry.bench.compare;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Writes at each rate while one client after the other follows. Used once. */
final class LatencyBenchmark {
  /** For the client's compiler, and for caches. */
  private static final Duration WARM = Duration.ofSeconds(5);

  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration END_MAX = Duration.ofSeconds(60);
  private static final long PAUSE_NANOS = 10_000_000;

  private final Jvm jvm;
  private final Duration time;
  private final int repeat;
  private final Path directory;
  private final PrintStream progress;
  private final List<LatencyRun> runs = new ArrayList<>();

  LatencyBenchmark(Jvm jvm, Duration time, int repeat, Path directory, PrintStream progress) {
    this.jvm = jvm;
    this.time = time;
    this.repeat = repeat;
    this.directory = directory;
    this.progress = progress;
  }

  LatencyReport run(int major, List<Integer> rates, List<LatencyClient> clients)
      throws SQLException, IOException {
    Machine machine = Machine.detect();
    try (PostgresServer server = Servers.start(major)) {
      Database database = server.createDatabase("source");
      database.execute(Servers.script("latency.sql"));
      for (int rate : rates) {
        for (int round = 1; round <= repeat; round++) {
          for (LatencyClient client : clients) {
            if (client.missing().isEmpty()) {
              runs.add(measure(database, rate, round, client));
            }
          }
        }
      }
      return new LatencyReport(
          machine,
          answer(database, "select version()"),
          (int) time.toSeconds(),
          repeat,
          jvm.heap(),
          runs);
    }
  }

  private LatencyRun measure(Database database, int rate, int round, LatencyClient client)
      throws SQLException, IOException {
    String slot = "bench_latency_" + (runs.size() + 1);
    database.execute("truncate latency; checkpoint");
    String unused =
        answer(database, "select pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    LatencyRun run;
    try {
      run = follow(database, rate, round, client, slot);
    } catch (RunFailedException e) {
      run = LatencyRun.failed(rate, round, client, String.valueOf(e.getMessage()));
    }
    database.execute(
        "select pg_terminate_backend(active_pid, 10000) from pg_replication_slots"
            + " where active; select pg_drop_replication_slot('%s')".formatted(slot));
    progress.println(
        String.format(
            Locale.ROOT,
            "%d rows/s %d/%d %s: %s",
            rate,
            round,
            repeat,
            client.label(),
            run.failure().orElseGet(run::brief)));
    return run;
  }

  private LatencyRun follow(
      Database database, int rate, int round, LatencyClient client, String slot)
      throws SQLException, IOException {
    Path file = directory.resolve(slot);
    List<String> command = client.command(jvm, database.uri(), slot, file);
    try (ActiveProgram program = ActiveProgram.start(command, true, directory.resolve("errors"))) {
      awaitActive(database, slot, program);
      LatencyWriter writer = new LatencyWriter(database, rate);
      double unused = writer.write("warm", WARM);
      double written = writer.write("count", time);
      writer.end();
      Optional<Instant> end = program.awaitEnd(END_MAX);
      if (end.isEmpty()) {
        throw new RunFailedException(
            "the last row was not there after " + END_MAX.toSeconds() + " s");
      }
      program.finish();
      return LatencyRun.read(rate, round, client, written, file);
    }
  }

  private static void awaitActive(Database database, String slot, ActiveProgram program)
      throws SQLException {
    long start = System.nanoTime();
    String question = "select active from pg_replication_slots where slot_name = '" + slot + "'";
    while (!answer(database, question).equals("t")) {
      if (System.nanoTime() - start > START_MAX.toNanos()) {
        throw new RunFailedException("it did not begin to follow");
      }
      Optional<Instant> ended = program.awaitEnd(Duration.ofMillis(1));
      if (ended.isPresent()) {
        throw new RunFailedException("it ended before anything was written");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static String answer(Database database, String question) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(question)) {
      result.next();
      return String.valueOf(result.getString(1));
    }
  }
}
