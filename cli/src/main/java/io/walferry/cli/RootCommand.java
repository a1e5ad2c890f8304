package io.walferry.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code walferry} itself: shows what there is. */
@Command(
    name = "walferry",
    description = "Follows PostgreSQL's logical replication: first load, then live changes.",
    footer = {
      "  walferry demo                                  see it work, nothing needed",
      "  walferry check postgresql://user@host/shop     is that server ready?",
      "  walferry run walferry.yaml                     load and follow",
      "",
      "'walferry COMMAND --help' shows the options and examples of a command."
    })
final class RootCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private GlobalOptions options = new GlobalOptions();

  @Option(
      names = {"-V", "--version"},
      description = "Show the version; with -v that of Java, too.")
  private boolean version;

  private final Terminal terminal;

  RootCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (version) {
      Version.print(terminal.out(), options.verbose() ? "--verbose" : "--version");
    } else {
      throw new CommandLine.ParameterException(spec.commandLine(), "which command?");
    }
  }
}
