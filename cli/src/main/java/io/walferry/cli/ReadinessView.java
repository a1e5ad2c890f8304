package io.walferry.cli;

import io.walferry.preflight.Finding;
import io.walferry.preflight.ReadinessReport;
import io.walferry.preflight.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows a readiness report, to people and to machines. */
final class ReadinessView {
  private ReadinessView() {}

  /** One line for each finding, what to do about it below, and the verdict at the end. */
  static List<String> lines(ReadinessReport report, String server, Terminal terminal) {
    List<String> lines = new ArrayList<>();
    for (Finding finding : report.findings()) {
      lines.add(
          "%s  %s: %s"
              .formatted(mark(finding.severity(), terminal), finding.subject(), finding.found()));
      if (finding.severity() != Severity.OK) {
        lines.add("         expected: " + finding.expected());
        lines.add("         " + finding.why());
      }
      finding.sql().ifPresent(sql -> addSql(lines, sql));
    }
    lines.add("");
    lines.add(verdict(report, server, terminal));
    return lines;
  }

  private static void addSql(List<String> lines, String sql) {
    lines.add("         SQL:");
    sql.lines().map(line -> "           " + line).forEach(lines::add);
  }

  private static String mark(Severity severity, Terminal terminal) {
    return switch (severity) {
      case OK -> terminal.green("ok     ");
      case NOTE -> terminal.bold("note   ");
      case PROBLEM -> terminal.red("PROBLEM");
    };
  }

  private static String verdict(ReadinessReport report, String server, Terminal terminal) {
    int problems = report.with(Severity.PROBLEM).size();
    if (report.ready()) {
      return terminal.green("ready: ") + server;
    }
    return terminal.red("not ready: ")
        + server
        + " has "
        + problems
        + (problems == 1 ? " problem" : " problems")
        + "; read the SQL above before you run it";
  }

  static Map<String, Object> json(ReadinessReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("ready", report.ready());
    json.put("findings", report.findings().stream().map(ReadinessView::json).toList());
    return json;
  }

  private static Map<String, Object> json(Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
    json.put("subject", finding.subject());
    json.put("expected", finding.expected());
    json.put("found", finding.found());
    if (!finding.why().isEmpty()) {
      json.put("why", finding.why());
    }
    finding.sql().ifPresent(sql -> json.put("sql", sql));
    return json;
  }
}
