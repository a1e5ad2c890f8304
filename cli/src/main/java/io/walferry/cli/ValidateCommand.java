package io.walferry.cli;

import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.SourceConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.postgres.PostgresConnector;
import io.walferry.preflight.Preflight;
import io.walferry.preflight.ReadinessQuestion;
import io.walferry.preflight.ReadinessReport;
import io.walferry.publication.TablePattern;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry validate}: everything that is wrong with a configuration, at once. */
@Command(
    name = "validate",
    header = "Checks a configuration and shows every problem with its line.",
    footer = {
      "  walferry validate walferry.yaml",
      "  walferry validate --connect walferry.yaml     also reach source and destination",
      "  WALFERRY_SOURCE_URL=postgresql://me@host/shop walferry validate walferry.yaml"
    })
final class ValidateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConfigArgument config = new ConfigArgument();

  @Option(
      names = "--connect",
      description = "Also check that the source is ready and the destination can be written.")
  private boolean connect;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  ValidateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    return switch (config.read(terminal)) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          config.report(terminal, problems, json);
      case ConfigResult.Valid(WalferryConfig valid) -> confirm(valid);
    };
  }

  private int confirm(WalferryConfig valid) throws SQLException {
    Optional<ReadinessReport> report = Optional.empty();
    if (connect) {
      DestinationCheck.requireWritable(valid.sink());
      report = Optional.of(askSource(valid.source()));
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("valid", true);
      result.put("problems", List.of());
      report.map(ReadinessView::json).ifPresent(source -> result.put("source", source));
      Json.print(terminal.out(), result);
    } else {
      lines(valid, report).forEach(terminal.out()::println);
    }
    return report.map(ReadinessReport::ready).orElse(true) ? 0 : 1;
  }

  private List<String> lines(WalferryConfig valid, Optional<ReadinessReport> report) {
    String source = valid.source().connection().display();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s is valid: from %s, slot %s, to %s"
            .formatted(config.path(terminal), source, valid.source().slot(), valid.sink().name()));
    report.ifPresent(it -> lines.addAll(ReadinessView.lines(it, source, terminal)));
    return lines;
  }

  private static ReadinessReport askSource(SourceConfig source) throws SQLException {
    PostgresConnector connector = new PostgresConnector(source.connection(), "walferry validate");
    List<TablePattern> tables = source.tables().stream().map(TablePattern::parse).toList();
    try (Connection connection = connector.connect()) {
      return new Preflight(connection)
          .check(
              new ReadinessQuestion(
                  Optional.of(source.publication()), Optional.of(source.slot()), tables));
    }
  }
}
