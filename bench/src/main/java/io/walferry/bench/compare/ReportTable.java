package io.walferry.bench.compare;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for people: Markdown, as it goes into a document. */
final class ReportTable {
  private static final double MEGABYTE = 1e6;

  private final Report report;
  private final List<Client> clients;
  private final PrintStream out;

  ReportTable(Report report, List<Client> clients, PrintStream out) {
    this.report = report;
    this.clients = clients;
    this.out = out;
  }

  void print() {
    printConditions();
    for (PreparedLoad load : report.loads()) {
      printLoad(load);
    }
    out.println();
    clients.stream()
        .map(client -> "- " + client.name() + ": " + client.description())
        .forEach(out::println);
  }

  private void printConditions() {
    report.machine().print(out);
    Report.Settings settings = report.settings();
    say("%s", report.postgres());
    say("%d rounds, -Xmx%s for every JVM; median (min-max)", settings.repeat(), settings.heap());
  }

  private void printLoad(PreparedLoad load) {
    say("%n%s: %s; %s%n", load.load().label(), load.load().description(), load.size());
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "client",
            "work",
            "rows/s",
            "start s",
            "client CPU s/M rows",
            (load.load().isStreamed() ? "walsender" : "source") + " CPU s/M rows",
            "destination CPU s/M rows",
            "peak RSS MB",
            "oldest xmin held, xids",
            "xids held after",
            "WAL MB held after"));
    report.summaries().stream()
        .filter(summary -> summary.load().equals(load.load().label()))
        .map(this::line)
        .forEach(lines::add);
    report.skipped().forEach(skipped -> lines.add(List.of(skipped.client(), skipped.reason())));
    failures(load).forEach(lines::add);
    MarkdownTable.print(lines, out);
    printComparisons(load);
  }

  private List<String> line(ClientSummary summary) {
    Work work = work(summary.client());
    return List.of(
        summary.client(),
        work.name().toLowerCase(Locale.ROOT),
        summary.rowsPerSecond().text(0),
        summary.startSeconds().text(2),
        summary.clientCpuSecondsPerMillionRows().text(1),
        summary.sourceCpuSecondsPerMillionRows().text(1),
        work.writes() ? summary.destinationCpuSecondsPerMillionRows().text(1) : "-",
        number(summary.clientPeakBytes().median() / MEGABYTE),
        number(summary.xidsHeldMost().median()),
        number(summary.xidsHeldAfter().median()),
        number(summary.walBytesHeldAfter().median() / MEGABYTE));
  }

  private Work work(String name) {
    return clients.stream()
        .filter(client -> client.name().equals(name))
        .map(Client::work)
        .findFirst()
        .orElseThrow();
  }

  private List<List<String>> failures(PreparedLoad load) {
    return report.runs().stream()
        .filter(run -> run.load().equals(load.load().label()))
        .filter(run -> !run.succeeded())
        .map(run -> List.of(run.client(), "round " + run.round() + " failed"))
        .toList();
  }

  private void printComparisons(PreparedLoad load) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "client",
            "peer",
            "rows/s, ours by theirs",
            "client CPU, ours by theirs",
            "all CPU, ours by theirs",
            "peak RSS, ours by theirs"));
    for (Comparison comparison : report.comparisons()) {
      if (comparison.load().equals(load.load().label())) {
        lines.add(
            List.of(
                comparison.client(),
                comparison.peer(),
                comparison.rowsPerSecondRatio().text(2),
                comparison.clientCpuRatio().text(2),
                comparison.totalCpuRatio().text(2),
                comparison.clientPeakRatio().text(2)));
      }
    }
    if (lines.size() > 1) {
      out.println();
      MarkdownTable.print(lines, out);
    }
  }

  /** The first line is the heading and has all columns. */
  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private void say(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }
}
