package io.walferry.cli;

import io.walferry.ddl.DdlInstallation;
import io.walferry.ddl.DdlStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry ddl install}. */
@Command(
    name = "install",
    header = "Installs event triggers that tell feeds what is done to tables, or upgrades them.",
    description = {
      "Takes a superuser, as event triggers do, in each database that is followed. Run again, it",
      "mends what is missing or disabled; where nothing is, any role may run it. Everything is in",
      "one transaction, in schema walferry_ddl.",
      ""
    },
    footer = {
      "  walferry ddl install postgresql://postgres@host/shop --role walferry",
      "  walferry ddl install --print --role walferry | psql --dbname shop"
    })
final class DdlInstallCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private DdlSource source = new DdlSource();

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "The role that runs feeds, if it is no superuser: it has to read a key.")
  private Optional<String> role = Optional.empty();

  @Option(names = "--print", description = "Print the SQL instead; takes no server.")
  private boolean print;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  DdlInstallCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    if (print) {
      printScript(DdlInstallation.wholeScript(role));
      return 0;
    }
    DdlStatus status;
    try (Connection connection = source.connect(terminal)) {
      status = new DdlInstallation(connection).install(role);
    }
    if (json) {
      Json.print(terminal.out(), DdlView.json(status));
    } else {
      DdlView.lines(status).forEach(terminal.out()::println);
    }
    return 0;
  }

  private void printScript(String script) {
    if (json) {
      Json.print(terminal.out(), Map.of("sql", script));
    } else {
      terminal.out().print(script);
    }
  }
}
