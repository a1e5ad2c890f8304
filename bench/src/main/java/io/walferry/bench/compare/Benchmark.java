package io.walferry.bench.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Starts the servers, writes the loads, lets the clients take turns. Used once. */
final class Benchmark {
  private final Report.Settings settings;
  private final List<Client> clients;
  private final Duration timeout;
  private final PrintStream progress;
  private final List<Run> runs = new ArrayList<>();

  Benchmark(
      Report.Settings settings, List<Client> clients, Duration timeout, PrintStream progress) {
    this.settings = settings;
    this.clients = clients;
    this.timeout = timeout;
    this.progress = progress;
  }

  Report run(int major, List<Load> loads, Path directory) throws SQLException, IOException {
    Machine machine = Machine.detect();
    List<Client> able = clients.stream().filter(client -> client.missing().isEmpty()).toList();
    boolean writes = able.stream().anyMatch(client -> client.work().writes());
    try (Source source = Source.start(major);
        Ends ends =
            new Ends(source, writes ? Optional.of(Destination.start(major)) : Optional.empty())) {
      List<PreparedLoad> prepared = prepare(source, loads);
      for (PreparedLoad load : prepared) {
        for (int round = 1; round <= settings.repeat(); round++) {
          for (Client client : able) {
            runs.add(measure(client, load, round, ends, directory));
          }
        }
      }
      return new Results(clients, runs).report(machine, source.version(), settings, prepared);
    }
  }

  private List<PreparedLoad> prepare(Source source, List<Load> loads) throws SQLException {
    List<PreparedLoad> prepared = new ArrayList<>();
    for (Load load : loads) {
      PreparedLoad written = source.prepare(load, settings.rows());
      prepared.add(written);
      say("%s: %s", load.label(), written.size());
    }
    return prepared;
  }

  private Run measure(Client client, PreparedLoad load, int round, Ends ends, Path directory)
      throws SQLException, IOException {
    if (client.work().writes()) {
      ends.destination().orElseThrow().reset();
    }
    String slot = "bench_" + load.load().label() + "_" + (runs.size() + 1);
    Task task = new Task(load, slot, ends.source(), ends.destination(), directory);
    Run run;
    try {
      run = new Meter(client, task, timeout).measure(round);
    } catch (RunFailedException e) {
      run = Run.failed(load, round, client, String.valueOf(e.getMessage()));
    }
    say(
        "%s %d/%d %s: %s",
        run.load(), round, settings.repeat(), client.name(), run.failure().orElseGet(run::brief));
    return run;
  }

  private void say(String format, Object... arguments) {
    progress.println(String.format(Locale.ROOT, format, arguments));
  }

  /** Both servers. */
  private record Ends(Source source, Optional<Destination> destination) implements AutoCloseable {
    @Override
    public void close() {
      destination.ifPresent(Destination::close);
    }
  }
}
