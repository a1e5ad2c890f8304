package io.walferry.pipeline;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.stream.OutputOptions.Form;
import io.walferry.stream.StreamSettings;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.Optional;

/**
 * Work that is tried again for as long as that may help, with waits that grow, and with what fits
 * the source. For the thread that does it.
 */
final class Attempts {
  /** Hears that there will be another try. */
  @FunctionalInterface
  interface Retrying {
    void retrying(WalferryException cause, Duration delay);
  }

  private final RetryPolicy policy;
  private final Retrying listener;
  private final StopSignal stop;
  private final NanoClock clock;
  private StreamSettings fitting;
  private int failures;

  /** Since when failures have come that ought to pass by themselves, and no others. */
  private Optional<Stopwatch> boundedSince = Optional.empty();

  Attempts(PipelineSettings settings, Retrying listener, StopSignal stop) {
    this.policy = settings.retry();
    this.fitting = settings.stream();
    this.listener = listener;
    this.stop = stop;
    this.clock = settings.clock();
  }

  /** How the stream is to be read. */
  StreamSettings fitting() {
    return fitting;
  }

  /** What the stop itself cuts short fails like this; anything else is worth knowing. */
  static boolean isOfTheStop(ErrorCode code) {
    return code == ErrorCode.INTERRUPTED || code.retry() != ErrorCode.Retry.NEVER;
  }

  /**
   * Waits until it is time for another try.
   *
   * @param progressed whether the last try came further than the one before
   * @throws WalferryException the cause, if another try does not help
   */
  void failed(WalferryException cause, boolean progressed) {
    if (progressed) {
      failures = 0;
    }
    failures++;
    if (cause.code().retry() != ErrorCode.Retry.BOUNDED) {
      boundedSince = Optional.empty();
    } else if (progressed || boundedSince.isEmpty()) {
      boundedSince = Optional.of(Stopwatch.start(clock));
    }
    Duration failingFor = boundedSince.map(Stopwatch::elapsed).orElse(Duration.ZERO);
    if (!policy.allows(cause.code(), failingFor)) {
      throw cause;
    }
    fitting = fitting(cause.code());
    Duration delay = policy.delay(failures);
    listener.retrying(cause, delay);
    stop.pause(delay, "before another try");
  }

  /** What cannot be had in progress comes when it has committed, and what not in binary as text. */
  private StreamSettings fitting(ErrorCode failure) {
    return switch (failure) {
      case STREAMING_UNSUITABLE, SPOOL_FULL, SPOOL_FAILED -> fitting.withoutStreaming();
      case BINARY_UNSUITABLE -> fitting.with(fitting.output().with(Form.TEXT));
      default -> fitting;
    };
  }
}
