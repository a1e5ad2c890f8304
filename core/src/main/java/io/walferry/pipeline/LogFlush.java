package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.spool.DurableLog;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.LogWriter;
import io.walferry.stream.StreamEvent;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.time.Duration;

/**
 * Decides when what was taken of a stream goes to disk, and confirms it then. Transactions that
 * come within a short time share a flush; a place that was merely reached can wait, unless the
 * server does. For the thread that reads the stream.
 */
final class LogFlush {
  private static final Duration GATHER = Duration.ofMillis(50);

  private final DurableLog log;
  private final ChangeStream stream;
  private final LogWriter writer;
  private final Duration rest;
  private Stopwatch sinceFlush;
  private Lsn flushed;
  private boolean hasTransactions;
  private boolean asked;

  /**
   * Nothing was taken yet.
   *
   * @param rest how long a place that was merely reached can wait
   * @param clock the clock that measures both times
   */
  LogFlush(DurableLog log, ChangeStream stream, LogWriter writer, Duration rest, NanoClock clock) {
    this.log = log;
    this.stream = stream;
    this.writer = writer;
    this.rest = rest;
    this.sinceFlush = Stopwatch.start(clock);
    this.flushed = writer.end();
  }

  void take(StreamEvent event) {
    switch (event) {
      case StreamEvent.Begun begun -> {
        writer.take(begun);
        hasTransactions = true;
      }
      case StreamEvent.KeepAlive keepAlive -> {
        writer.take(keepAlive);
        asked |= keepAlive.replyRequested();
      }
      case StreamEvent.Quiet quiet -> {}
    }
  }

  /** Hands on what was taken, before a wait for more. */
  void toReaders() {
    writer.flush();
  }

  boolean isDue() {
    return writer.end().isAfter(flushed) && (asked || !timeLeft().isPositive());
  }

  Duration timeLeft() {
    if (!writer.end().isAfter(flushed)) {
      return rest;
    }
    return sinceFlush.left(hasTransactions ? GATHER : rest);
  }

  /** Returns where what is on disk ends. */
  Lsn toDisk() {
    writer.flush();
    flushed = log.sync();
    stream.confirm(flushed);
    sinceFlush = sinceFlush.restart();
    hasTransactions = false;
    asked = false;
    return flushed;
  }
}
