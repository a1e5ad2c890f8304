package io.walferry.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code walferry ddl}: has a source say in its log what is done to its tables. */
@Command(
    name = "ddl",
    header = "Has a source tell feeds exactly what is done to its tables.",
    description = {
      "Without it feeds follow DDL as far as rows show it. With it event triggers of the source",
      "write what was done into its log, so that a renamed column is never taken for another one.",
      "docs/ddl.md says what is installed and what it costs.",
      ""
    },
    footer = {
      "  walferry ddl install postgresql://postgres@host/shop --role walferry",
      "  walferry ddl status postgresql://walferry@host/shop",
      "  walferry ddl uninstall postgresql://postgres@host/shop"
    })
final class DdlCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private GlobalOptions options = new GlobalOptions();

  private final Terminal terminal;

  DdlCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Logging.start(terminal, options);
    throw new CommandLine.ParameterException(
        spec.commandLine(), "which command: install, status or uninstall?");
  }
}
