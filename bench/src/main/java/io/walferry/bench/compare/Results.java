package io.walferry.bench.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Makes a report of what was measured. */
final class Results {
  private final List<Client> clients;
  private final List<Run> runs;

  /**
   * Of everything measured.
   *
   * @param clients also those that cannot run here
   */
  Results(List<Client> clients, List<Run> runs) {
    this.clients = List.copyOf(clients);
    this.runs = List.copyOf(runs);
  }

  Report report(
      Machine machine, String postgres, Report.Settings settings, List<PreparedLoad> loads) {
    List<ClientSummary> summaries = new ArrayList<>();
    List<Comparison> comparisons = new ArrayList<>();
    for (PreparedLoad load : loads) {
      for (Client client : clients) {
        summary(load, client).ifPresent(summaries::add);
        if (client.isOurs()) {
          comparisons.addAll(comparisons(load, client));
        }
      }
    }
    return new Report(machine, postgres, settings, loads, skipped(), summaries, comparisons, runs);
  }

  private List<Report.Skipped> skipped() {
    return clients.stream()
        .flatMap(
            client ->
                client.missing().stream().map(reason -> new Report.Skipped(client.name(), reason)))
        .toList();
  }

  private Optional<ClientSummary> summary(PreparedLoad load, Client client) {
    List<Run> measured = successes(load, client);
    return measured.isEmpty() ? Optional.empty() : Optional.of(ClientSummary.of(measured));
  }

  private List<Comparison> comparisons(PreparedLoad load, Client ours) {
    return fastestPeers(load, ours).stream()
        .flatMap(peer -> Comparison.of(successes(load, ours), successes(load, peer)).stream())
        .toList();
  }

  /** Of each family that does comparable work, the variant that did best on this load. */
  private Collection<Client> fastestPeers(PreparedLoad load, Client ours) {
    return clients.stream()
        .filter(client -> !client.isOurs())
        .filter(client -> ours.work().comparable().contains(client.work()))
        .filter(client -> summary(load, client).isPresent())
        .collect(
            Collectors.toMap(
                Client::family,
                Function.identity(),
                BinaryOperator.maxBy(Comparator.comparingDouble(peer -> speed(load, peer))),
                LinkedHashMap::new))
        .values();
  }

  private double speed(PreparedLoad load, Client client) {
    return summary(load, client).orElseThrow().rowsPerSecond().median();
  }

  private List<Run> successes(PreparedLoad load, Client client) {
    return runs.stream()
        .filter(Run::succeeded)
        .filter(run -> run.load().equals(load.load().label()))
        .filter(run -> run.client().equals(client.name()))
        .toList();
  }
}
