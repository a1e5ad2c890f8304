package io.walferry.stream;

import java.time.Duration;

/**
 * How a stream is read.
 *
 * @param bufferBytesMax read ahead of whoever takes the changes
 * @param statusInterval between two status updates when nothing is confirmed
 * @param silenceMax after which a server that does not answer counts as lost. A server that decodes
 *     a huge transaction can be silent for minutes, so the default is long
 */
public record StreamSettings(long bufferBytesMax, Duration statusInterval, Duration silenceMax) {
  public static final StreamSettings DEFAULT =
      new StreamSettings(64L << 20, Duration.ofSeconds(10), Duration.ofMinutes(5));

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
        : new StreamSettings(bufferBytesMax, often, silenceMax);
  }
}
