package io.walferry.cli;

import io.walferry.time.NanoClock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the progress of pipelines: refreshed lines on a terminal, else log lines now and then, one
 * for each pipeline.
 */
final class ProgressDisplay {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressDisplay.class);
  private static final long REFRESH_MILLIS = 250;
  private static final long LOG_MILLIS = 10_000;

  /** A feed that has nothing to do shows that it lives, but not every time. */
  private static final int SKIPPED_MAX = 29;

  private final Terminal terminal;
  private final NanoClock clock;
  private final List<Shown> shown;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private ProgressDisplay(Terminal terminal, FeedRuns runs, NanoClock clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.shown = runs.all().stream().map(Shown::new).toList();
  }

  /** Runs the pipelines, and shows them until all have ended. */
  static void during(Terminal terminal, FeedRuns runs, NanoClock clock) {
    ProgressDisplay display = new ProgressDisplay(terminal, runs, clock);
    long period = terminal.interactive() ? REFRESH_MILLIS : LOG_MILLIS;
    var unused =
        display.timer.scheduleAtFixedRate(display::show, period, period, TimeUnit.MILLISECONDS);
    try {
      runs.run();
    } finally {
      display.timer.shutdownNow();
      terminal.endStatus();
    }
  }

  private void show() {
    long now = clock.nanoTime();
    if (terminal.interactive()) {
      terminal.status(shown.stream().map(it -> it.status(now)).toList());
    } else {
      shown.forEach(it -> it.log(now));
    }
  }

  /** One pipeline, and what was shown of it. */
  private static final class Shown {
    private final FeedRun run;
    private final ProgressLine line = new ProgressLine();
    private String logged = "";
    private int skipped;

    Shown(FeedRun run) {
      this.run = run;
    }

    String status(long now) {
      String name = run.label().map(label -> label + ": ").orElse("");
      return name + (run.ended() ? end() : line.line(run.progress().counts(), now));
    }

    private String end() {
      return run.failure().map(cause -> "failed: " + Failure.of(cause).code()).orElse("ended");
    }

    void log(long now) {
      if (run.ended()) {
        return;
      }
      String text = line.line(run.progress().counts(), now);
      if (text.equals(logged) && skipped < SKIPPED_MAX) {
        skipped++;
        return;
      }
      Logging.during(run.label(), () -> LOG.info("{}", text));
      logged = text;
      skipped = 0;
    }
  }
}
