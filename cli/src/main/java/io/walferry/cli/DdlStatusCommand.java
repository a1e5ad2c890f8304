package io.walferry.cli;

import io.walferry.ddl.DdlInstallation;
import io.walferry.ddl.DdlStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry ddl status}. */
@Command(
    name = "status",
    header = "Tells what is installed, and whether feeds of this role are told of DDL.",
    description = "Changes nothing. Connect as the role that runs the feed.",
    footer = {
      "  walferry ddl status postgresql://walferry@host/shop",
      "  walferry ddl status postgresql://walferry@host/shop --json"
    })
final class DdlStatusCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private DdlSource source = new DdlSource();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  DdlStatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws SQLException {
    Logging.start(terminal, options);
    DdlStatus status;
    try (Connection connection = source.connect(terminal)) {
      status = new DdlInstallation(connection).status();
    }
    if (json) {
      Json.print(terminal.out(), DdlView.json(status));
    } else {
      DdlView.lines(status).forEach(terminal.out()::println);
    }
    return status.isAtWork() ? 0 : 1;
  }
}
