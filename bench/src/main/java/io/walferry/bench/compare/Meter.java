package io.walferry.bench.compare;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Watches one client at one task. Used once, by one thread. */
final class Meter {
  /** Between two looks at processes: what a process that just ends can hide of itself. */
  private static final Duration PROCESS_INTERVAL = Duration.ofMillis(10);

  /** Between two questions to the servers, which cost them a little. */
  private static final Duration SERVER_INTERVAL = Duration.ofMillis(100);

  private final Client client;
  private final Task task;
  private final Duration timeout;
  private final boolean streamed;
  private final ProcessLedger clientLedger = new ProcessLedger();
  private final ProcessLedger sourceLedger = new ProcessLedger();
  private final ProcessLedger destinationLedger = new ProcessLedger();
  private final Set<Long> clientProcesses = new HashSet<>();
  private final Set<Long> sourceBackends = new HashSet<>();
  private Set<Long> destinationProcesses = Set.of();
  private Optional<Instant> begunAt = Optional.empty();
  private long xidsHeldMost;
  private long serversAskedAt;

  Meter(Client client, Task task, Duration timeout) {
    this.client = client;
    this.task = task;
    this.timeout = timeout;
    this.streamed = task.load().load().isStreamed();
  }

  Run measure(int round) throws SQLException, IOException {
    try (SourceProbe source = SourceProbe.open(task)) {
      SourceState before = source.read();
      xidsHeldMost = before.xidsHeld();
      destinationLedger.startFrom(destinationBackends());
      Instant start = Instant.now();
      Instant end;
      OptionalLong counted;
      try (ActiveClient active = client.start(task)) {
        end = follow(active, source);
        counted = active.finish();
      }
      counted.ifPresent(this::requireAll);
      requireAtDestination();
      return result(round, start, end, before, source.read());
    }
  }

  private void requireAll(long rows) {
    if (rows != task.load().rows()) {
      throw new RunFailedException(
          "counted " + rows + " row events instead of " + task.load().rows());
    }
  }

  /** Whoever writes is asked for the rows themselves. */
  private void requireAtDestination() throws SQLException {
    if (!client.work().writes()) {
      return;
    }
    Load load = task.load().load();
    long expected = load.insertedRows(task.load().rows());
    long found = task.destination().orElseThrow().count(load.insertedTable());
    if (found != expected) {
      throw new RunFailedException(
          "%s has %d rows instead of %d".formatted(load.insertedTable(), found, expected));
    }
  }

  private Instant follow(ActiveClient active, SourceProbe source) throws SQLException, IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < timeout.toNanos()) {
      Optional<Instant> end = active.awaitEnd(PROCESS_INTERVAL);
      sample(active, source);
      if (end.isPresent()) {
        return end.get();
      }
    }
    throw new RunFailedException("not at the end after " + timeout.toSeconds() + " s");
  }

  private void sample(ActiveClient active, SourceProbe source) throws SQLException, IOException {
    sourceLedger.sample(sourceBackends);
    clientLedger.sample(clientProcesses);
    boolean due = System.nanoTime() - serversAskedAt >= SERVER_INTERVAL.toNanos();
    if (due || sourceBackends.isEmpty()) {
      serversAskedAt = System.nanoTime();
      SourceState state = source.read();
      sourceBackends.addAll(state.backends());
      xidsHeldMost = Math.max(xidsHeldMost, state.xidsHeld());
      begunAt = begunAt.or(streamed ? state::streamedAt : active::begunAt);
      clientProcesses.addAll(active.processIds());
      destinationProcesses = destinationBackends();
      destinationProcesses.removeAll(clientProcesses);
      destinationLedger.exclude(clientProcesses);
    }
    destinationLedger.sample(destinationProcesses);
  }

  /** The processes of the server that this run writes to; none if it writes to none. */
  private Set<Long> destinationBackends() throws SQLException, IOException {
    return client.work().writes() ? task.destination().orElseThrow().processes() : new HashSet<>();
  }

  private Run result(int round, Instant start, Instant end, SourceState before, SourceState after) {
    Instant begun =
        begunAt.orElseThrow(() -> new RunFailedException("its beginning was never seen"));
    return new Run(
        task.load().load().label(),
        round,
        client.name(),
        Optional.empty(),
        task.load().rows(),
        seconds(start, begun),
        seconds(begun, end),
        clientLedger.cpuSeconds(),
        sourceLedger.cpuSeconds(),
        destinationLedger.cpuSeconds(),
        clientLedger.peakBytes(),
        before.xidsHeld(),
        xidsHeldMost,
        after.xidsHeld(),
        after.walBytesHeld());
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
