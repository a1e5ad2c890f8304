package io.walferry.cli;

import io.walferry.error.ErrorCode;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code walferry demo}: everything once, on a server of its own. */
@Command(
    name = "demo",
    header = "Shows it at work: a shop in PostgreSQL, followed into SQLite.",
    description = {
      "Starts a PostgreSQL of its own with a shop that is open, loads the shop into a SQLite file,",
      "follows its changes, and compares both sides. Needs nothing and leaves nothing behind."
    },
    footer = {
      "  walferry demo",
      "  walferry demo --seconds 60 --keep ./shop-demo",
      "  walferry demo --seconds 5 --json"
    })
final class DemoCommand implements Callable<Integer> {
  private static final int SECONDS_MAX = 3600;

  private final Terminal terminal;
  private final StopRequests stopRequests;
  private final NanoClock clock;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "How long the shop is open (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep the SQLite file, and a configuration as an example, in this directory.")
  private Optional<Path> keep = Optional.empty();

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  DemoCommand(Terminal terminal, StopRequests stopRequests, NanoClock clock) {
    this.terminal = terminal;
    this.stopRequests = stopRequests;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Exception {
    if (seconds < 1 || seconds > SECONDS_MAX) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be from 1 to " + SECONDS_MAX);
    }
    options.beQuietUnlessAsked();
    Logging.start(terminal, options);
    StopFlag stop = new StopFlag();
    stopRequests.onStop(stop::raise);
    DemoResult result;
    try (DemoDirectory directory = DemoDirectory.open(keep)) {
      result = new Demo(terminal, stop, directory, clock, json).run(seconds);
    } catch (StopFlag.StoppedException e) {
      return new Failure(
              ErrorCode.INTERRUPTED,
              "the demo was stopped; it has left nothing running",
              "walferry demo starts a new one")
          .report(terminal, json);
    }
    if (json) {
      Json.print(terminal.out(), result.json());
    }
    return result.differences() == 0 ? 0 : 1;
  }
}
