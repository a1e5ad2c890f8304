package io.walferry.cli;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows progress of some work: a refreshed line on a terminal, else a log line now and then. */
final class ProgressDisplay {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressDisplay.class);
  private static final long REFRESH_MILLIS = 250;
  private static final long LOG_MILLIS = 10_000;

  /** A feed that has nothing to do shows that it lives, but not every time. */
  private static final int SKIPPED_MAX = 29;

  private final Terminal terminal;
  private final FeedProgress progress;
  private final ProgressLine line = new ProgressLine();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private String logged = "";
  private int skipped;

  private ProgressDisplay(Terminal terminal, FeedProgress progress) {
    this.terminal = terminal;
    this.progress = progress;
  }

  static void during(Terminal terminal, FeedProgress progress, Runnable work) {
    ProgressDisplay display = new ProgressDisplay(terminal, progress);
    long period = terminal.interactive() ? REFRESH_MILLIS : LOG_MILLIS;
    var unused =
        display.timer.scheduleAtFixedRate(display::show, period, period, TimeUnit.MILLISECONDS);
    try {
      work.run();
    } finally {
      display.timer.shutdownNow();
      terminal.endStatus();
    }
  }

  private void show() {
    String text = line.line(progress.counts(), System.nanoTime());
    if (terminal.interactive()) {
      terminal.status(text);
    } else if (!text.equals(logged) || skipped >= SKIPPED_MAX) {
      LOG.info("{}", text);
      logged = text;
      skipped = 0;
    } else {
      skipped++;
    }
  }
}
