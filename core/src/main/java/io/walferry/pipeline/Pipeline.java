package io.walferry.pipeline;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.Claim;
import io.walferry.sink.Sink;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * One slot into one or more destinations: a first load, then live changes, for ever. Failures that
 * may pass are tried again with a new sink and new connections, from the position that the
 * destination holds, until another process has taken the feed over.
 *
 * <p>{@link #run} belongs to one thread and works once; {@link #stop} may come from any.
 */
public final class Pipeline {
  private final PipelineSettings settings;
  private final PostgresConnector source;
  private final List<Target> targets;
  private final PipelineListener listener;
  private final StopSignal stop = new StopSignal();

  /**
   * Wires a feed; nothing is opened yet.
   *
   * @param sink makes the destination anew for each attempt
   */
  public Pipeline(
      PipelineSettings settings,
      PostgresConnector source,
      Supplier<Sink> sink,
      PipelineListener listener) {
    this(settings, source, List.of(sink), listener);
  }

  /**
   * Wires a feed of one slot into several destinations. Each has its own position; the slot is
   * confirmed up to the least of them. They share the stream: the slowest sets the pace.
   *
   * @param sinks make the destinations anew for each attempt
   */
  public Pipeline(
      PipelineSettings settings,
      PostgresConnector source,
      List<Supplier<Sink>> sinks,
      PipelineListener listener) {
    this.settings = settings;
    this.source = source;
    this.targets = sinks.stream().map(made -> new Target(made, new Claim())).toList();
    this.listener = listener;
  }

  /**
   * Runs until {@link #stop}, or to the end that the settings name; then everything that was
   * committed at the destination is confirmed to the server.
   *
   * @throws WalferryException when trying again does not help
   */
  public void run() {
    int failures = 0;
    long failingSince = 0;
    EndPoint end = new EndPoint(settings.until());
    PipelineSettings fitting = settings;
    while (!stop.isRequested()) {
      FeedSession session = new FeedSession(fitting, source, targets, listener, stop);
      try {
        session.run(end);
        return;
      } catch (WalferryException e) {
        if (stop.isRequested() && isOfTheStop(e.code())) {
          return;
        }
        if (session.madeProgress() || failures == 0) {
          failures = 0;
          failingSince = System.nanoTime();
        }
        failures++;
        Duration failingFor = Duration.ofNanos(System.nanoTime() - failingSince);
        if (!settings.retry().allows(e.code(), failingFor)) {
          throw e;
        }
        fitting = fitting(fitting, e.code());
        pause(e, settings.retry().delay(failures));
      }
    }
  }

  /** What cannot be had of transactions in progress comes when they have committed. */
  private static PipelineSettings fitting(PipelineSettings settings, ErrorCode failure) {
    return switch (failure) {
      case STREAMING_UNSUITABLE, SPOOL_FULL, SPOOL_FAILED ->
          settings.with(settings.stream().withoutStreaming());
      default -> settings;
    };
  }

  /** What the stop itself cuts short fails like this; anything else is worth knowing. */
  private static boolean isOfTheStop(ErrorCode code) {
    return code == ErrorCode.INTERRUPTED || code.retry() != ErrorCode.Retry.NEVER;
  }

  private void pause(WalferryException cause, Duration delay) {
    listener.retrying(cause, delay);
    try {
      stop.await(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted before another try", e);
    }
  }

  /**
   * Asks {@link #run} to end. A transaction that is only half read is dropped; it comes again at
   * the next start.
   */
  public void stop() {
    stop.request();
  }
}
