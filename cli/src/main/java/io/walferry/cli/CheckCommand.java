package io.walferry.cli;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.preflight.Preflight;
import io.walferry.preflight.ReadinessQuestion;
import io.walferry.preflight.ReadinessReport;
import io.walferry.publication.TablePattern;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code walferry check}: whether a server is ready for a feed, and the SQL that makes it so. */
@Command(
    name = "check",
    header = "Tells whether a server is ready, with the SQL that mends it.",
    description = "Changes nothing. Connect as the role that will run the feed.",
    footer = {
      "  walferry check postgresql://walferry@host/shop",
      "  walferry check postgresql://walferry@host/shop --tables 'public.*,sales.orders'",
      "  walferry check postgresql://walferry@host/shop --publication shop --json"
    })
final class CheckCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "URL",
      description = "postgresql://user@host/database, or key=value pairs.")
  private String url = "";

  @Option(names = "--publication", paramLabel = "P", description = "The publication to be used.")
  private Optional<String> publication = Optional.empty();

  @Option(names = "--slot", paramLabel = "S", description = "The slot to be used.")
  private Optional<String> slot = Optional.empty();

  @Option(
      names = "--tables",
      paramLabel = "PATTERN",
      split = ",",
      description = "The tables to be followed (default: those of the publication, or all).")
  private List<String> tables = List.of();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  CheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    ReadinessQuestion question =
        new ReadinessQuestion(publication, slot, tables.stream().map(TablePattern::parse).toList());
    ConnectionSettings settings = ConnectionSettings.parse(url, terminal.environment());
    ReadinessReport report;
    try (Connection connection = new PostgresConnector(settings, "walferry check").connect()) {
      report = new Preflight(connection).check(question);
    }
    if (json) {
      Json.print(terminal.out(), ReadinessView.json(report));
    } else {
      ReadinessView.lines(report, settings.display(), terminal).forEach(terminal.out()::println);
    }
    return report.ready() ? 0 : 1;
  }
}
