package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.Until;
import io.walferry.server.PipelineState;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.Optional;

/**
 * One pipeline of {@code walferry run} and how it ends. One thread calls {@link #run}, once; any
 * may ask.
 */
final class FeedRun {
  private final String name;
  private final Optional<String> label;
  private final int destinations;
  private final FeedProgress progress;
  private final Pipeline pipeline;
  private final NanoClock clock;
  private boolean ended;
  private Optional<Throwable> failure = Optional.empty();
  private Duration taken = Duration.ZERO;

  /**
   * Opens nothing yet.
   *
   * @param labelled whether its lines carry its name
   * @param clock the clock that the pipeline waits and measures by
   */
  FeedRun(FeedConfig config, Until until, boolean labelled, NanoClock clock) {
    this.name = config.name();
    this.label = labelled ? Optional.of(name) : Optional.empty();
    this.destinations = config.sinks().size();
    this.progress = FeedProgress.of(config.pipeline());
    this.pipeline = FeedWiring.pipeline(config, until, progress, clock);
    this.clock = clock;
  }

  /** Runs to the end; a failure is kept, not thrown. */
  void run() {
    Stopwatch running = Stopwatch.start(clock);
    Optional<Throwable> cause = Optional.empty();
    try {
      Logging.during(label, pipeline::run);
    } catch (RuntimeException | Error e) {
      cause = Optional.of(e);
    }
    progress.ended();
    synchronized (this) {
      ended = true;
      failure = cause;
      taken = running.elapsed();
    }
  }

  /** Asks it to end; may take as long as the network does. */
  void stop() {
    Logging.during(label, pipeline::stop);
  }

  String name() {
    return name;
  }

  /** What its lines start with. */
  Optional<String> label() {
    return label;
  }

  FeedProgress progress() {
    return progress;
  }

  /** The pipeline's state at this moment. */
  PipelineState state() {
    FeedProgress.Counts counts = progress.counts();
    return new PipelineState(
        name,
        phase(counts),
        counts.rowsLoaded(),
        counts.transactions(),
        counts.changes(),
        counts.durable(),
        counts.lastCommit(),
        counts.lag(),
        counts.retries(),
        counts.refused().json());
  }

  private synchronized PipelineState.Phase phase(FeedProgress.Counts counts) {
    if (ended) {
      return failure.isPresent() ? PipelineState.Phase.FAILED : PipelineState.Phase.ENDED;
    }
    if (!counts.receiving()) {
      return PipelineState.Phase.RETRYING;
    }
    return switch (counts.phase()) {
      case CONNECTING -> PipelineState.Phase.CONNECTING;
      case LOADING -> PipelineState.Phase.LOADING;
      case FOLLOWING -> PipelineState.Phase.FOLLOWING;
      case RETRYING -> PipelineState.Phase.RETRYING;
    };
  }

  /** How many take what it delivers. */
  int destinations() {
    return destinations;
  }

  synchronized boolean ended() {
    return ended;
  }

  /** Why it ended without having been asked to. */
  synchronized Optional<Throwable> failure() {
    return failure;
  }

  /** For whoever has only this one. */
  void rethrowFailure() {
    Throwable cause = failure().orElse(null);
    if (cause instanceof RuntimeException known) {
      throw known;
    }
    if (cause instanceof Error error) {
      throw error;
    }
  }

  synchronized Duration taken() {
    return taken;
  }
}
