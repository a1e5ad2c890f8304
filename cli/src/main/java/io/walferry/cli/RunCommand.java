package io.walferry.cli;

import io.walferry.cli.FeedProgress.Counts;
import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.Until;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry run}: a feed until it is stopped. */
@Command(
    name = "run",
    header = "Runs a feed: first load, then live changes.",
    description = {
      "Loads existing rows, then follows changes until it is stopped (Ctrl-C or SIGTERM).",
      "Started again, it goes on where it stopped."
    },
    footer = {
      "  walferry run walferry.yaml",
      "  walferry run walferry.yaml --until-lsn now       catch up, then end",
      "  WALFERRY_SOURCE_URL=postgresql://me@host/shop walferry run walferry.yaml",
      "",
      "  # walferry.yaml",
      "  source:",
      "    url: postgresql://walferry@db.example.com/shop",
      "    password: {env: SHOP_PASSWORD}",
      "  sinks:",
      "    shop: {type: sqlite, path: shop.db}",
      "    # or {type: postgres, url: postgresql://walferry@other.example.com/shop}",
      "    # or {type: jsonLines, path: '-'}"
    })
final class RunCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final StopRequests stopRequests;

  @Mixin private ConfigArgument config = new ConfigArgument();

  @Option(
      names = "--until-lsn",
      paramLabel = "LSN|now",
      description = {
        "End once everything that committed before this LSN is at the destination,",
        "and nothing later; 'now' is where the source's log ends at the start."
      })
  private Optional<String> untilLsn = Optional.empty();

  @Option(names = "--json", description = "At the end, print what was done as JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  RunCommand(Terminal terminal, StopRequests stopRequests) {
    this.terminal = terminal;
    this.stopRequests = stopRequests;
  }

  @Override
  public Integer call() {
    Logging.start(terminal, options);
    return switch (config.read(terminal)) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          config.report(terminal, problems, json);
      case ConfigResult.Valid(WalferryConfig valid) -> run(valid);
    };
  }

  private int run(WalferryConfig valid) {
    if (json && valid.sink() instanceof SinkConfig.JsonLines lines && lines.path().isEmpty()) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "--json and the sink " + valid.sink().name() + " both want standard output");
    }
    long start = System.nanoTime();
    FeedProgress progress = new FeedProgress(Clock.systemUTC());
    Pipeline pipeline = FeedWiring.pipeline(valid, until(), progress);
    stopRequests.onStop(
        () -> {
          terminal.say("stopping; once more ends at once");
          pipeline.stop();
        });
    ProgressDisplay.during(terminal, progress, pipeline::run);
    finish(progress.counts(), Duration.ofNanos(System.nanoTime() - start));
    return 0;
  }

  private Until until() {
    try {
      return untilLsn.map(Until::parse).orElse(Until.Stopped.STOPPED);
    } catch (IllegalArgumentException e) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID, "--until-lsn takes an LSN or 'now': " + e.getMessage());
    }
  }

  private void finish(Counts counts, Duration taken) {
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("rowsLoaded", counts.rowsLoaded());
      result.put("transactionsApplied", counts.transactions());
      result.put("changesApplied", counts.changes());
      counts.durable().ifPresent(lsn -> result.put("lsn", lsn.toString()));
      result.put("seconds", taken.toMillis() / 1000.0);
      Json.print(terminal.out(), result);
      return;
    }
    terminal.say(
        counts
            .durable()
            .map(lsn -> "ended: everything up to " + lsn + " is at the destination")
            .orElse("ended before anything was delivered"));
  }
}
