package io.walferry.stream;

import io.walferry.spool.SpoolSettings;
import io.walferry.time.NanoClock;
import java.time.Duration;

/**
 * How a stream is read.
 *
 * @param bufferBytesMax read ahead of the pipeline that takes the changes
 * @param timing intervals, time limits and the clock
 * @param output what the server is asked for
 * @param spool where transactions wait for their commit
 */
public record StreamSettings(
    long bufferBytesMax, StreamTiming timing, OutputOptions output, SpoolSettings spool) {
  public static final StreamSettings DEFAULT =
      new StreamSettings(
          64L << 20,
          StreamTiming.DEFAULT,
          OutputOptions.DEFAULT,
          SpoolSettings.inTemporaryDirectory());

  public StreamSettings {
    if (bufferBytesMax <= 0) {
      throw new IllegalArgumentException("The bound of the buffer must be positive");
    }
  }

  /** The interval between two status updates when nothing is confirmed. */
  public Duration statusInterval() {
    return timing.statusInterval();
  }

  /** The time after which a server that does not answer counts as lost. */
  public Duration silenceMax() {
    return timing.silenceMax();
  }

  public NanoClock clock() {
    return timing.clock();
  }

  public StreamSettings withoutStreaming() {
    return with(output.withoutStreaming());
  }

  public StreamSettings with(OutputOptions other) {
    return new StreamSettings(bufferBytesMax, timing, other, spool);
  }

  public StreamSettings with(SpoolSettings other) {
    return new StreamSettings(bufferBytesMax, timing, output, other);
  }

  public StreamSettings with(StreamTiming other) {
    return new StreamSettings(bufferBytesMax, other, output, spool);
  }

  /** Replaces the intervals of this side. */
  public StreamSettings with(Duration newStatusInterval, Duration newSilenceMax) {
    return with(timing.with(newStatusInterval, newSilenceMax));
  }

  /** Replaces the time limit of the server. */
  public StreamSettings withSenderTimeout(Duration timeout) {
    return with(timing.withSenderTimeout(timeout));
  }

  /** Replaces the bound of what is read ahead. */
  public StreamSettings withBuffer(long bytesMax) {
    return new StreamSettings(bytesMax, timing, output, spool);
  }
}
