package io.walferry.cli;

import io.walferry.ddl.DdlInstallation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry ddl uninstall}. */
@Command(
    name = "uninstall",
    header = "Removes all that 'walferry ddl install' has made.",
    description = "Feeds go on, and follow DDL as far as rows show it.",
    footer = {
      "  walferry ddl uninstall postgresql://postgres@host/shop",
      "  walferry ddl uninstall --print | psql --dbname shop"
    })
final class DdlUninstallCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private DdlSource source = new DdlSource();

  @Option(names = "--print", description = "Print the SQL instead; takes no server.")
  private boolean print;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  DdlUninstallCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    if (print) {
      String script = DdlInstallation.removal();
      if (json) {
        Json.print(terminal.out(), Map.of("sql", script));
      } else {
        terminal.out().print(script);
      }
      return 0;
    }
    boolean removed;
    try (Connection connection = source.connect(terminal)) {
      removed = new DdlInstallation(connection).uninstall();
    }
    if (json) {
      Json.print(terminal.out(), Map.of("removed", removed));
    } else {
      terminal.out().println(removed ? "Removed." : "Nothing is installed.");
    }
    return 0;
  }
}
