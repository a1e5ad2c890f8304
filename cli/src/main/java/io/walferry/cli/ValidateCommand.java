package io.walferry.cli;

import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.postgres.PostgresConnector;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry validate}: everything that is wrong with a configuration, at once. */
@Command(
    name = "validate",
    description = "Checks a configuration and shows every problem with its line.",
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
    if (connect) {
      DestinationCheck.requireWritable(valid.sink());
      reachSource(valid);
    }
    if (json) {
      Json.print(terminal.out(), Map.of("valid", true, "problems", List.of()));
    } else {
      terminal
          .out()
          .println(
              "%s is valid: %s, slot %s, to %s"
                  .formatted(
                      config.path(terminal),
                      valid.source().connection().display(),
                      valid.source().slot(),
                      valid.sink().name()));
    }
    return 0;
  }

  private static void reachSource(WalferryConfig valid) throws SQLException {
    PostgresConnector connector =
        new PostgresConnector(valid.source().connection(), "walferry validate");
    try (Connection sql = connector.connect();
        Connection replication = connector.connectForReplication()) {
      sql.isReadOnly();
      replication.isReadOnly();
    }
  }
}
