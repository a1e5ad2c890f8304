package io.walferry.bench.compare;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Everything that the benchmark of delays has found out.
 *
 * @param runs raw, in the order in which they were made
 */
record LatencyReport(
    Machine machine, String postgres, int seconds, int repeat, String heap, List<LatencyRun> runs) {
  boolean complete() {
    return runs.stream().allMatch(LatencyRun::succeeded);
  }

  /** Markdown, as it goes into a document. */
  void print(List<Integer> rates, List<LatencyClient> clients, PrintStream out) {
    machine.print(out);
    out.println(postgres);
    out.printf(
        Locale.ROOT,
        "%d rounds of %d s, -Xmx%s for every JVM; milliseconds, median of the rounds (min-max)%n",
        repeat,
        seconds,
        heap);
    for (int rate : rates) {
      out.printf(Locale.ROOT, "%n%,d rows/s%n%n", rate);
      MarkdownTable.print(table(rate, clients), out);
    }
    out.println();
    clients.forEach(client -> out.println("- " + client.label() + ": " + client.description()));
  }

  private List<List<String>> table(int rate, List<LatencyClient> clients) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "client",
            "rows/s written",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "most ms",
            "p99, ours by pg_recvlogical's"));
    for (LatencyClient client : clients) {
      List<LatencyRun> its = successes(rate, client.label());
      if (!its.isEmpty()) {
        lines.add(
            List.of(
                client.label(),
                spread(its, LatencyRun::written).text(0),
                spread(its, LatencyRun::p50).text(2),
                spread(its, LatencyRun::p99).text(2),
                spread(its, LatencyRun::p999).text(2),
                spread(its, LatencyRun::most).text(2),
                client.isOurs() ? ratio(rate, its) : "-"));
      }
      client.missing().ifPresent(reason -> lines.add(List.of(client.label(), reason)));
    }
    runs.stream()
        .filter(run -> run.rate() == rate && !run.succeeded())
        .map(run -> List.of(run.client(), "round " + run.round() + " failed"))
        .forEach(lines::add);
    return lines;
  }

  private List<LatencyRun> successes(int rate, String client) {
    return runs.stream()
        .filter(run -> run.rate() == rate && run.client().equals(client) && run.succeeded())
        .toList();
  }

  /** Of the runs of one round. */
  private String ratio(int rate, List<LatencyRun> ours) {
    List<LatencyRun> peers = successes(rate, LatencyClient.RECVLOGICAL.label());
    double[] ratios =
        ours.stream()
            .flatMap(
                run ->
                    peers.stream()
                        .filter(peer -> peer.round() == run.round())
                        .map(peer -> run.p99() / peer.p99()))
            .mapToDouble(Double::doubleValue)
            .toArray();
    Optional<Spread> spread =
        ratios.length == 0 ? Optional.empty() : Optional.of(Spread.of(Arrays.stream(ratios)));
    return spread.map(it -> it.text(2)).orElse("-");
  }

  private static Spread spread(List<LatencyRun> runs, ToDoubleFunction<LatencyRun> quantity) {
    return Spread.of(runs.stream().mapToDouble(quantity));
  }
}
