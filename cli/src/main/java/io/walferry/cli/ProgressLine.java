package io.walferry.cli;

import io.walferry.cli.FeedProgress.Counts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Tells counts in one line, with the rate of the last few seconds. Not for several threads. */
final class ProgressLine {
  private static final long WINDOW_NANOS = 3_000_000_000L;

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Returns the line at a moment of {@link io.walferry.time.NanoClock#nanoTime}. */
  String line(Counts counts, long now) {
    return switch (counts.phase()) {
      case CONNECTING -> "connecting …";
      case RETRYING -> "waiting for the next try …";
      case LOADING -> loading(counts, rate(now, counts.rowsLoaded()));
      case FOLLOWING -> following(counts, rate(now, counts.changes() + counts.uncommitted()));
    };
  }

  private static String loading(Counts counts, long rate) {
    long left = counts.rowsExpected() - counts.rowsLoaded();
    String expected =
        counts.rowsExpected() > 0 ? " of about " + Human.count(counts.rowsExpected()) : "";
    String time =
        rate > 0 && left > 0
            ? ", " + Human.duration(Duration.ofSeconds(1 + left / rate)) + " left"
            : "";
    return "load: %s%s rows, %s, %s rows/s%s"
        .formatted(
            Human.count(counts.rowsLoaded()),
            expected,
            Human.bytes(counts.bytes()),
            Human.count(rate),
            time);
  }

  private static String following(Counts counts, long rate) {
    String open =
        counts.uncommitted() > 0 ? " (+ %s open)".formatted(Human.count(counts.uncommitted())) : "";
    String refused = counts.refused().text();
    String away = counts.receiving() ? "" : ", the source does not send";
    return "follow: %s transactions, %s changes%s, %s changes/s, lag %s, at %s%s%s"
        .formatted(
            Human.count(counts.transactions()),
            Human.count(counts.changes()),
            open,
            Human.count(rate),
            Human.duration(counts.lag()),
            counts.durable().map(Object::toString).orElse("-"),
            away,
            refused.isEmpty() ? "" : ", " + refused);
  }

  /** Per second. A count that falls starts anew: another phase counts something else. */
  private long rate(long now, long count) {
    if (!samples.isEmpty() && samples.getLast().count() > count) {
      samples.clear();
    }
    samples.addLast(new Sample(now, count));
    while (samples.size() > 2 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    long nanos = now - first.nanos();
    return nanos <= 0 ? 0 : Math.round((count - first.count()) * 1e9 / nanos);
  }

  private record Sample(long nanos, long count) {}
}
