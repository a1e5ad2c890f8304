package io.walferry.bench.compare;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.server.DatabaseServer;
import io.walferry.testkit.server.ServerDatabase;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Fills the logs, then lets the clients of each destination take turns. Used once. */
final class ApplyBenchmark {
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private final Report.Settings settings;
  private final Duration timeout;
  private final Path directory;
  private final PrintStream progress;
  private final List<ApplyRun> runs = new ArrayList<>();

  ApplyBenchmark(Report.Settings settings, Duration timeout, Path directory, PrintStream progress) {
    this.settings = settings;
    this.timeout = timeout;
    this.directory = directory;
    this.progress = progress;
  }

  /** A load and where it comes from. */
  private record Origin(FilledLog log, Database database) {}

  ApplyReport run(int major, List<ApplyDestination> destinations, List<ApplyLoad> loads)
      throws SQLException, IOException {
    Machine machine = Machine.detect();
    try (ApplySource source = ApplySource.start(major)) {
      List<Origin> origins = new ArrayList<>();
      for (ApplyLoad load : loads) {
        Database database = source.server().createDatabase("source");
        Path log = directory.resolve(load.label());
        FilledLog filled = source.fill(database, load, settings.rows(), log);
        say("%s: %,d row events", load.label(), filled.rows());
        origins.add(new Origin(filled, database));
      }
      for (ApplyDestination destination : destinations) {
        measure(destination, destination.start(major), origins);
      }
    }
    return new ApplyReport(machine, settings, runs);
  }

  private void measure(
      ApplyDestination destination, Optional<DatabaseServer> server, List<Origin> origins)
      throws SQLException, IOException {
    try {
      for (Origin origin : origins) {
        for (int round = 1; round <= settings.repeat(); round++) {
          for (ApplyClient client : ApplyClients.of(destination)) {
            if (client.loads().contains(origin.log().load())) {
              measure(client, server, origin, round);
            }
          }
        }
      }
    } finally {
      server.ifPresent(DatabaseServer::close);
    }
  }

  private void measure(
      ApplyClient client, Optional<DatabaseServer> server, Origin origin, int round)
      throws SQLException, IOException {
    ApplyRun run =
        server.isPresent()
            ? turnAt(server.get(), client, origin, round)
            : turnInFile(client, origin, round);
    runs.add(run);
    say(
        "%s %s %d/%d %s: %s",
        run.destination(),
        run.load(),
        round,
        settings.repeat(),
        client.name(),
        run.failure().orElseGet(() -> "%,.0f rows/s".formatted(run.rowsPerSecond())));
  }

  private ApplyRun turnAt(DatabaseServer server, ApplyClient client, Origin origin, int round)
      throws SQLException, IOException {
    try (ServerDatabase database = server.createDatabase("bench")) {
      if (client.setUp().isPresent()) {
        database.execute(client.setUp().get());
      }
      ApplyRun run = turn(client, origin, round, database.uri());
      try (Connection connection = database.connect()) {
        requireContents(run, origin, connection);
      }
      return run;
    }
  }

  private ApplyRun turnInFile(ApplyClient client, Origin origin, int round)
      throws SQLException, IOException {
    Path file = directory.resolve("bench.db");
    ApplyRun run = turn(client, origin, round, file.toString());
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      requireContents(run, origin, connection);
    }
    for (String suffix : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(file + suffix));
    }
    return run;
  }

  /** What was applied wrongly ends the benchmark. */
  private static void requireContents(ApplyRun run, Origin origin, Connection connection)
      throws SQLException {
    if (run.failure().isPresent()) {
      return;
    }
    String found = ApplySource.query(connection, ApplySource.DIGEST);
    if (!found.equals(origin.log().expected())) {
      throw new IllegalStateException(
          "The table's digest is %s instead of %s".formatted(found, origin.log().expected()));
    }
  }

  private ApplyRun turn(ApplyClient client, Origin origin, int round, String uri)
      throws IOException {
    FilledLog log = origin.log();
    List<String> command = new Jvm(settings.heap()).ours(client.main());
    command.addAll(List.of(uri, log.directory().toString()));
    command.addAll(List.of(log.begin().toString(), log.end().toString()));
    command.addAll(List.of(origin.database().uri(), ApplySource.PUBLICATION));
    command.addAll(client.arguments());
    ProcessLedger own = new ProcessLedger();
    ProcessLedger servers = new ProcessLedger();
    servers.startFrom(others(Set.of()));
    try (ActiveProgram program = ActiveProgram.start(command, true, directory.resolve("errors"))) {
      Instant end = await(program, own, servers);
      OptionalLong rows = program.finish();
      if (!rows.equals(OptionalLong.of(log.rows()))) {
        throw new RunFailedException("counted " + rows + " instead of " + log.rows());
      }
      Instant begun =
          program
              .begunAt()
              .orElseThrow(() -> new RunFailedException("its beginning was never seen"));
      return new ApplyRun(
          client.destination().label(),
          log.load().label(),
          round,
          client.name(),
          Optional.empty(),
          log.rows(),
          Duration.between(begun, end).toNanos() / 1e9,
          own.cpuSeconds(),
          servers.cpuSeconds(),
          own.peakBytes());
    } catch (RunFailedException e) {
      return new ApplyRun(
          client.destination().label(),
          log.load().label(),
          round,
          client.name(),
          Optional.of(String.valueOf(e.getMessage())),
          log.rows(),
          1,
          0,
          0,
          0);
    }
  }

  private Instant await(ActiveProgram program, ProcessLedger own, ProcessLedger servers) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < timeout.toNanos()) {
      Optional<Instant> end = program.awaitEnd(INTERVAL);
      own.sample(program.processIds());
      if (end.isPresent()) {
        servers.sample(others(program.processIds()));
        return end.get();
      }
    }
    throw new RunFailedException("not at the end after " + timeout.toSeconds() + " s");
  }

  /** Servers, of which nobody but the destination has anything to do. */
  private static Set<Long> others(Set<Long> clients) {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .filter(pid -> !clients.contains(pid))
        .collect(Collectors.toSet());
  }

  private void say(String format, Object... arguments) {
    progress.println(String.format(Locale.ROOT, format, arguments));
  }
}
