package io.walferry.cli;

import io.walferry.error.DidYouMean;
import io.walferry.time.NanoClock;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands, and what is the same for each: help, errors, exit status. */
final class Commands {
  private final Terminal terminal;
  private final StopRequests stopRequests;

  Commands(Terminal terminal, StopRequests stopRequests) {
    this.terminal = terminal;
    this.stopRequests = stopRequests;
  }

  /** Runs the command that the arguments name and returns the exit status. */
  int execute(String... arguments) {
    CommandLine root = root();
    root.setParameterExceptionHandler(this::usageError);
    root.setExecutionExceptionHandler(failure());
    root.setColorScheme(Help.defaultColorScheme(terminal.colours() ? Help.Ansi.ON : Help.Ansi.OFF));
    root.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    return root.execute(arguments);
  }

  CommandLine root() {
    NanoClock clock = NanoClock.system();
    CommandLine root =
        new CommandLine(new RootCommand(terminal))
            .addSubcommand(new DemoCommand(terminal, stopRequests, clock))
            .addSubcommand(new CheckCommand(terminal))
            .addSubcommand(new ValidateCommand(terminal))
            .addSubcommand(new RunCommand(terminal, stopRequests, clock))
            .addSubcommand(new ReloadCommand(terminal))
            .addSubcommand(
                new CommandLine(new DeadLettersCommand(terminal))
                    .addSubcommand(new DeadLettersListCommand(terminal))
                    .addSubcommand(new DeadLettersShowCommand(terminal))
                    .addSubcommand(new DeadLettersRetryCommand(terminal)))
            .addSubcommand(
                new CommandLine(new DdlCommand(terminal))
                    .addSubcommand(new DdlInstallCommand(terminal))
                    .addSubcommand(new DdlStatusCommand(terminal))
                    .addSubcommand(new DdlUninstallCommand(terminal)))
            .addSubcommand(
                new CommandLine(new SlotsCommand(terminal))
                    .addSubcommand(new SlotsDropCommand(terminal)));
    root.setCaseInsensitiveEnumValuesAllowed(true);
    dress(root);
    return root;
  }

  private static void dress(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    usage.synopsisSubcommandLabel("COMMAND");
    usage.descriptionHeading("%n");
    usage.parameterListHeading("%n");
    usage.optionListHeading("%nOptions:%n");
    usage.commandListHeading("%nCommands:%n");
    usage.footerHeading("%nExamples:%n");
    usage.exitCodeListHeading("%nExit status:%n");
    Map<String, String> statuses = new LinkedHashMap<>();
    statuses.put("0", "fine");
    statuses.put("1", "a verdict: not ready, or different");
    statuses.put("2", "wrong usage or configuration");
    statuses.put("3", "failed at run time");
    usage.exitCodeList(statuses);
    usage.sortOptions(false);
    command.getSubcommands().values().forEach(Commands::dress);
  }

  private int usageError(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    boolean json = Arrays.asList(arguments).contains("--json");
    return Failure.ofUsage(message(error), name + " --help").report(terminal, json);
  }

  private static String message(ParameterException error) {
    String said = String.valueOf(error.getMessage());
    if (!(error instanceof UnmatchedArgumentException unmatched)) {
      return said;
    }
    CommandLine command = error.getCommandLine();
    String first = unmatched.getUnmatched().getFirst();
    List<String> known =
        first.startsWith("-")
            ? List.copyOf(command.getCommandSpec().optionsMap().keySet())
            : List.copyOf(command.getSubcommands().keySet());
    String kind = first.startsWith("-") ? "unknown option '" : "unexpected argument '";
    return kind + first + "'" + DidYouMean.suffix(first, known);
  }

  private IExecutionExceptionHandler failure() {
    return (cause, command, result) -> {
      ParseResult last = deepest(result);
      if (last.matchedOptionValue("--debug", false)) {
        Failure.printTrace(terminal, cause);
      }
      return Failure.of(cause).report(terminal, last.matchedOptionValue("--json", false));
    };
  }

  private static ParseResult deepest(ParseResult result) {
    return result.hasSubcommand() ? deepest(result.subcommand()) : result;
  }
}
