package io.walferry.stream;

import io.walferry.spool.SpoolSettings;
import java.time.Duration;

/**
 * How a stream is read.
 *
 * @param bufferBytesMax read ahead of whoever takes the changes
 * @param statusInterval between two status updates when nothing is confirmed
 * @param silenceMax after which a server that does not answer counts as lost. A server that decodes
 *     a huge transaction can be silent for minutes, so the default is long
 * @param output what the server is asked for
 * @param spool where transactions wait for their commit
 */
public record StreamSettings(
    long bufferBytesMax,
    Duration statusInterval,
    Duration silenceMax,
    OutputOptions output,
    SpoolSettings spool) {
  public static final StreamSettings DEFAULT =
      new StreamSettings(
          64L << 20,
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          OutputOptions.DEFAULT,
          SpoolSettings.inTemporaryDirectory());

  public StreamSettings {
    if (bufferBytesMax <= 0 || !statusInterval.isPositive() || !silenceMax.isPositive()) {
      throw new IllegalArgumentException("Bounds must be positive");
    }
  }

  /** The same, speaking often enough for a server that waits so long; zero is for ever. */
  StreamSettings within(Duration senderTimeout) {
    Duration often = senderTimeout.dividedBy(3);
    return senderTimeout.isZero() || often.compareTo(statusInterval) >= 0
        ? this
        : new StreamSettings(bufferBytesMax, often, silenceMax, output, spool);
  }

  public StreamSettings withoutStreaming() {
    return with(output.withoutStreaming());
  }

  public StreamSettings with(OutputOptions other) {
    return new StreamSettings(bufferBytesMax, statusInterval, silenceMax, other, spool);
  }

  public StreamSettings with(SpoolSettings other) {
    return new StreamSettings(bufferBytesMax, statusInterval, silenceMax, output, other);
  }

  /** The same with other waits. */
  public StreamSettings with(Duration newStatusInterval, Duration newSilenceMax) {
    return new StreamSettings(bufferBytesMax, newStatusInterval, newSilenceMax, output, spool);
  }

  /** The same reading so far ahead. */
  public StreamSettings withBuffer(long bytesMax) {
    return new StreamSettings(bytesMax, statusInterval, silenceMax, output, spool);
  }
}
