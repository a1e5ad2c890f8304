package io.walferry.pipeline;

import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.Claim;
import io.walferry.sink.Sink;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.stream.StreamSettings;
import java.util.List;
import java.util.OptionalLong;
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
  private final StopSignal stop;

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
    this.settings = settings.stream().spool().durable() ? inText(settings) : settings;
    this.source = source;
    OptionalLong accepted =
        settings.feed().upgradedFrom().stream().mapToLong(Predecessor::systemId).findFirst();
    this.targets = sinks.stream().map(made -> new Target(made, new Claim(accepted))).toList();
    this.listener = listener;
    this.stop = new StopSignal(settings.clock());
  }

  /** What a spool holds in binary could not be had as text any more. */
  private static PipelineSettings inText(PipelineSettings settings) {
    StreamSettings stream = settings.stream();
    return settings.with(stream.with(stream.output().with(Form.TEXT)));
  }

  /**
   * Runs until {@link #stop}, or to the end that the settings name; then everything that was
   * committed at the destination is confirmed to the server.
   *
   * @throws WalferryException when trying again does not help
   */
  public void run() {
    EndPoint end = new EndPoint(settings.until());
    Attempts attempts = new Attempts(settings, listener::retrying, stop);
    Deliveries deliveries = new Deliveries(listener);
    try (Reception reception = reception()) {
      while (!stop.isRequested()) {
        FeedSession session =
            new FeedSession(
                settings.with(attempts.fitting()),
                source,
                targets,
                reception,
                listener,
                deliveries,
                stop);
        try {
          runOnce(session, end);
          return;
        } catch (WalferryException e) {
          if (stop.isRequested() && Attempts.isOfTheStop(e.code())) {
            return;
          }
          if (!reception.recoversFrom(e)) {
            attempts.failed(e, session.madeProgress());
          }
        }
      }
    }
  }

  private static void runOnce(FeedSession session, EndPoint end) {
    try {
      session.run(end);
    } catch (OutOfMemoryError e) {
      throw LargeChange.full(e);
    }
  }

  private Reception reception() {
    return settings.stream().spool().durable()
        ? new DurableReception(settings, source, listener)
        : new StraightReception(settings.feed());
  }

  /**
   * Asks {@link #run} to end. A transaction that is only half read is dropped; it comes again at
   * the next start.
   */
  public void stop() {
    stop.request();
  }
}
