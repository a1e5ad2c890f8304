package io.walferry.cli;

import io.walferry.cli.FeedProgress.Counts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run says when it has ended. */
final class RunSummary {
  private final Terminal terminal;
  private final boolean json;
  private final boolean traces;

  /**
   * @param traces whether to show where failures come from
   */
  @SuppressWarnings("MissingSummary")
  RunSummary(Terminal terminal, boolean json, boolean traces) {
    this.terminal = terminal;
    this.json = json;
    this.traces = traces;
  }

  /** Of a single pipeline that has not failed. */
  void tell(FeedRun run) {
    if (json) {
      Json.print(terminal.out(), json(run));
    } else {
      terminal.say(end(run));
    }
  }

  /** Of pipelines with names: how each ended, the failures last. Returns the exit status. */
  int tellAll(List<FeedRun> runs) {
    List<Failure> failures = runs.stream().flatMap(run -> failure(run).stream()).toList();
    if (json) {
      Json.print(terminal.out(), Map.of("pipelines", runs.stream().map(this::named).toList()));
    } else {
      runs.stream()
          .filter(run -> run.failure().isEmpty())
          .forEach(run -> terminal.say(labelled(run, end(run))));
      failures.forEach(failure -> failure.report(terminal, false));
    }
    return failures.stream().mapToInt(failure -> failure.code().exitStatus()).max().orElse(0);
  }

  private Optional<Failure> failure(FeedRun run) {
    if (traces) {
      run.failure().ifPresent(cause -> Failure.printTrace(terminal, cause));
    }
    return run.failure().map(Failure::of).map(failure -> failure.named(run.label()));
  }

  private static String labelled(FeedRun run, String text) {
    return run.label().map(label -> label + ": ").orElse("") + text;
  }

  private static String end(FeedRun run) {
    String where = run.destinations() == 1 ? "the destination" : "every destination";
    return run.progress()
        .counts()
        .durable()
        .map(lsn -> "ended: everything up to " + lsn + " is at " + where + refused(run))
        .orElse("ended before anything was delivered");
  }

  private static String refused(FeedRun run) {
    String counts = run.progress().counts().refused().text();
    return counts.isEmpty() ? "" : ", but for changes that were refused: " + counts;
  }

  private Map<String, Object> named(FeedRun run) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("name", run.name());
    result.putAll(json(run));
    run.failure().map(Failure::of).ifPresent(failure -> result.put("error", failure.json()));
    return result;
  }

  private static Map<String, Object> json(FeedRun run) {
    Counts counts = run.progress().counts();
    Duration taken = run.taken();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rowsLoaded", counts.rowsLoaded());
    result.put("transactionsApplied", counts.transactions());
    result.put("changesApplied", counts.changes());
    result.putAll(counts.refused().json());
    counts.durable().ifPresent(lsn -> result.put("lsn", lsn.toString()));
    result.put("seconds", taken.toMillis() / 1000.0);
    return result;
  }
}
