package io.walferry.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code walferry deadletters}: what destinations have refused. */
@Command(
    name = "deadletters",
    header = "Lists, shows and retries changes that a destination has refused.",
    description = {
      "Where 'rows' of a sink allows it, what the destination does not take becomes a letter"
          + " there.",
      ""
    },
    footer = {
      "  walferry deadletters list",
      "  walferry deadletters show 17 --config shop.yaml",
      "  walferry deadletters retry public.orders --config shop.yaml"
    })
final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private GlobalOptions options = new GlobalOptions();

  private final Terminal terminal;

  DeadLettersCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Logging.start(terminal, options);
    throw new CommandLine.ParameterException(
        spec.commandLine(), "which command: list, show or retry?");
  }
}
