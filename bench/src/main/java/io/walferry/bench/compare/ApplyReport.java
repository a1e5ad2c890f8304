package io.walferry.bench.compare;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What applying has cost; prints itself for people. */
record ApplyReport(Machine machine, Report.Settings settings, List<ApplyRun> runs) {
  boolean complete() {
    return runs.stream().allMatch(run -> run.failure().isEmpty());
  }

  void print(PrintStream out) {
    machine.print(out);
    out.printf(
        Locale.ROOT,
        "%,d rows, %d rounds, -Xmx%s; median (min-max)%n",
        settings.rows(),
        settings.repeat(),
        settings.heap());
    for (String destination : distinct(runs.stream().map(ApplyRun::destination).toList())) {
      for (ApplyLoad load : ApplyLoad.values()) {
        List<ApplyRun> some =
            runs.stream()
                .filter(run -> run.destination().equals(destination))
                .filter(run -> run.load().equals(load.label()))
                .toList();
        if (!some.isEmpty()) {
          out.printf("%n%s, %s: %s%n%n", destination, load.label(), load.description());
          MarkdownTable.print(lines(some), out);
        }
      }
    }
  }

  private static List<List<String>> lines(List<ApplyRun> runs) {
    List<String> names = distinct(runs.stream().map(ApplyRun::client).toList());
    List<String> peers = names.stream().filter(name -> !name.startsWith(Client.OURS)).toList();
    List<String> header =
        new ArrayList<>(
            List.of(
                "client", "rows/s", "client CPU s/M rows", "server CPU s/M rows", "peak RSS MB"));
    peers.forEach(peer -> header.add("speed by " + peer));
    List<List<String>> lines = new ArrayList<>(List.of(header));
    for (String name : names) {
      List<ApplyRun> own = successes(runs, name);
      if (own.isEmpty()) {
        lines.add(List.of(name, "failed"));
        continue;
      }
      List<String> line = new ArrayList<>();
      line.add(name);
      line.add(text(own, ApplyRun::rowsPerSecond, 0));
      line.add(text(own, run -> run.clientCpuSeconds() * 1e6 / run.rows(), 1));
      line.add(text(own, run -> run.serverCpuSeconds() * 1e6 / run.rows(), 1));
      line.add(text(own, run -> run.clientPeakBytes() / 1e6, 0));
      peers.forEach(peer -> line.add(ratio(own, successes(runs, peer))));
      lines.add(line);
    }
    return lines;
  }

  /** Round by round, so that what disturbs a whole round counts for both. */
  private static String ratio(List<ApplyRun> ours, List<ApplyRun> theirs) {
    double[] ratios =
        ours.stream()
            .flatMap(
                our ->
                    theirs.stream()
                        .filter(their -> their.round() == our.round())
                        .map(their -> our.rowsPerSecond() / their.rowsPerSecond()))
            .mapToDouble(Double::doubleValue)
            .toArray();
    return ratios.length == 0 ? "-" : Spread.of(Arrays.stream(ratios)).text(2);
  }

  private static List<ApplyRun> successes(List<ApplyRun> runs, String client) {
    return runs.stream()
        .filter(run -> run.client().equals(client) && run.failure().isEmpty())
        .toList();
  }

  private static String text(
      List<ApplyRun> runs, ToDoubleFunction<ApplyRun> quantity, int decimals) {
    return Spread.of(runs.stream().mapToDouble(quantity)).text(decimals);
  }

  private static List<String> distinct(List<String> words) {
    return words.stream().distinct().toList();
  }
}
