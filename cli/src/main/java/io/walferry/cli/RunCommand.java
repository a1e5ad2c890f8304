package io.walferry.cli;

import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.Until;
import io.walferry.server.StatusServer;
import io.walferry.time.NanoClock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry run}: pipelines until they are stopped. */
@Command(
    name = "run",
    header = "Runs pipelines: first load, then live changes.",
    description = {
      "Loads existing rows, then follows changes until it is stopped (Ctrl-C or SIGTERM).",
      "Started again, it goes on where it stopped.",
      "Several pipelines of one file run side by side: one that waits, tries again or fails",
      "leaves the others alone; if one has failed when all have ended, so has the run."
    },
    footer = {
      "  walferry run walferry.yaml",
      "  walferry run walferry.yaml --until-lsn now       catch up, then end",
      "  walferry run walferry.yaml --only orders         one of several pipelines",
      "  WALFERRY_SOURCE_URL=postgresql://me@host/shop walferry run walferry.yaml",
      "",
      "  # walferry.yaml",
      "  source:",
      "    url: postgresql://walferry@db.example.com/shop",
      "    password: {env: SHOP_PASSWORD}",
      "  sinks:",
      "    shop: {type: sqlite, path: shop.db}",
      "    # or {type: postgres, url: postgresql://walferry@other.example.com/shop}",
      "    # or {type: kafka, bootstrapServers: kafka.example.com:9092}",
      "    # or {type: jsonLines, path: '-'}",
      "    # or several, each with a name; then 'pipeline: {name: shop}' is needed too",
      "",
      "  # walferry.yaml with several pipelines; what they share stands at the top",
      "  source:",
      "    url: postgresql://walferry@db.example.com/shop",
      "  pipelines:",
      "    orders:",
      "      source: {tables: [sales.*]}",
      "      sinks: {copy: {type: sqlite, path: orders.db}}",
      "    people:",
      "      source: {url: postgresql://walferry@crm.example.com/people}",
      "      sinks: {copy: {type: sqlite, path: people.db}}"
    })
final class RunCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final StopRequests stopRequests;
  private final NanoClock clock;

  @Mixin private ConfigArgument config = new ConfigArgument();

  @Option(
      names = "--until-lsn",
      paramLabel = "LSN|now",
      description = {
        "End once everything that committed before this LSN is at the destination,",
        "and nothing later; 'now' is where the source's log ends at the start."
      })
  private Optional<String> untilLsn = Optional.empty();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Run this one of several pipelines; may be given more than once.")
  private List<String> only = List.of();

  @Option(names = "--json", description = "At the end, print what was done as JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  RunCommand(Terminal terminal, StopRequests stopRequests, NanoClock clock) {
    this.terminal = terminal;
    this.stopRequests = stopRequests;
    this.clock = clock;
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
    Until until = until();
    FeedSelection selection = new FeedSelection(valid.feeds(), only);
    Optional<Failure> refusal = selection.unknown().or(() -> selection.refusal(until));
    if (refusal.isPresent()) {
      return refusal.get().report(terminal, json);
    }
    List<FeedConfig> feeds = selection.feeds();
    if (json) {
      requireStandardOutput(feeds);
    }
    FeedRuns runs = new FeedRuns(feeds, until, clock);
    stopRequests.onStop(
        () -> {
          terminal.say("stopping; once more ends at once");
          runs.stop();
        });
    Optional<StatusServer> server =
        valid.listen().map(at -> StatusServer.start(at, runs::states, Version.number()));
    try {
      server.ifPresent(it -> terminal.say("metrics at " + it.uri("/metrics")));
      ProgressDisplay.during(terminal, runs, clock);
    } finally {
      server.ifPresent(StatusServer::close);
    }
    RunSummary summary = new RunSummary(terminal, json, options.debug());
    if (valid.several()) {
      return summary.tellAll(runs.all());
    }
    runs.all().forEach(FeedRun::rethrowFailure);
    runs.all().forEach(summary::tell);
    return 0;
  }

  private static void requireStandardOutput(List<FeedConfig> feeds) {
    for (FeedConfig feed : feeds) {
      for (SinkConfig sink : feed.sinks()) {
        if (sink.plain() instanceof SinkConfig.JsonLines lines && lines.path().isEmpty()) {
          throw new WalferryException(
              ErrorCode.CONFIGURATION_INVALID,
              "--json and the sink " + lines.name() + " both want standard output");
        }
      }
    }
  }

  private Until until() {
    try {
      return untilLsn.map(Until::parse).orElse(Until.Stopped.STOPPED);
    } catch (IllegalArgumentException e) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID, "--until-lsn takes an LSN or 'now': " + e.getMessage());
    }
  }
}
