package io.walferry.bench.drain;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Watches one client while it drains one slot. Used once, by one thread. */
final class Meter {
  /** Between two looks at processes: what a process that just ends can hide of itself. */
  private static final Duration PROCESS_INTERVAL = Duration.ofMillis(10);

  /** Between two questions to the servers, which cost them a little. */
  private static final Duration SERVER_INTERVAL = Duration.ofMillis(100);

  private final Client client;
  private final Drain drain;
  private final Duration timeout;
  private final ProcessLedger clientLedger = new ProcessLedger();
  private final ProcessLedger walsenderLedger = new ProcessLedger();
  private final ProcessLedger destinationLedger = new ProcessLedger();
  private final Set<Long> clientProcesses = new HashSet<>();
  private final Set<Long> walsenders = new HashSet<>();
  private Set<Long> destinationProcesses = Set.of();
  private Optional<Instant> streamedAt = Optional.empty();
  private long serversAskedAt;

  Meter(Client client, Drain drain, Duration timeout) {
    this.client = client;
    this.drain = drain;
    this.timeout = timeout;
  }

  Run measure(int round) throws SQLException, IOException {
    drain.source().copySlot(drain.load().load(), drain.slot());
    try (SlotProbe slot = SlotProbe.open(drain)) {
      SlotState before = slot.read();
      destinationLedger.startFrom(destinationChildren());
      Instant start = Instant.now();
      Instant end;
      OptionalLong counted;
      try (ActiveDrain active = client.start(drain)) {
        end = follow(active, slot);
        counted = active.finish();
      }
      counted.ifPresent(this::requireAll);
      return result(round, start, end, before, slot.read());
    } finally {
      drain.source().dropSlot(drain.slot());
    }
  }

  private void requireAll(long rows) {
    if (rows != drain.load().rows()) {
      throw new DrainFailedException(
          "counted " + rows + " row events instead of " + drain.load().rows());
    }
  }

  private Instant follow(ActiveDrain active, SlotProbe slot) throws SQLException, IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < timeout.toNanos()) {
      Optional<Instant> end = active.awaitEnd(PROCESS_INTERVAL);
      sample(active, slot);
      if (end.isPresent()) {
        return end.get();
      }
    }
    throw new DrainFailedException("not at the end after " + timeout.toSeconds() + " s");
  }

  private void sample(ActiveDrain active, SlotProbe slot) throws SQLException, IOException {
    walsenderLedger.sample(walsenders);
    clientLedger.sample(clientProcesses);
    boolean due = System.nanoTime() - serversAskedAt >= SERVER_INTERVAL.toNanos();
    if (due || walsenders.isEmpty()) {
      serversAskedAt = System.nanoTime();
      SlotState state = slot.read();
      state.walsender().ifPresent(walsenders::add);
      streamedAt = streamedAt.or(state::streamedAt);
      clientProcesses.addAll(active.processIds());
      destinationProcesses = destinationChildren();
      destinationProcesses.removeAll(clientProcesses);
      destinationLedger.exclude(clientProcesses);
    }
    destinationLedger.sample(destinationProcesses);
  }

  /** The processes of the server that this run writes to; none if it writes to none. */
  private Set<Long> destinationChildren() throws IOException {
    if (client.work() != Work.APPLY) {
      return new HashSet<>();
    }
    long postmaster = Servers.postmaster(drain.destination().orElseThrow().server());
    return ProcessHandle.of(postmaster).stream()
        .flatMap(ProcessHandle::children)
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private Run result(int round, Instant start, Instant end, SlotState before, SlotState after) {
    Instant streamed =
        streamedAt.orElseThrow(() -> new DrainFailedException("its walsender was never seen"));
    return new Run(
        drain.load().load().label(),
        round,
        client.name(),
        Optional.empty(),
        drain.load().rows(),
        seconds(start, streamed),
        seconds(streamed, end),
        clientLedger.cpuSeconds(),
        walsenderLedger.cpuSeconds(),
        destinationLedger.cpuSeconds(),
        clientLedger.peakBytes(),
        before.xidsHeld(),
        after.xidsHeld(),
        after.walBytesHeld());
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
