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
 * @param senderTimeout after which the server counts us as lost and lets go of the slot, in the
 *     place of the {@code wal_sender_timeout} of its configuration: long enough for a network that
 *     falters, and short enough that a successor need not wait for long. A value that is set for
 *     the role, the database or this session stays, and so does any before PostgreSQL 12
 * @param output what the server is asked for
 * @param spool where transactions wait for their commit
 */
public record StreamSettings(
    long bufferBytesMax,
    Duration statusInterval,
    Duration silenceMax,
    Duration senderTimeout,
    OutputOptions output,
    SpoolSettings spool) {
  /** The server's time is what a server has unless somebody has changed it. */
  public static final StreamSettings DEFAULT =
      new StreamSettings(
          64L << 20,
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          OutputOptions.DEFAULT,
          SpoolSettings.inTemporaryDirectory());

  public StreamSettings {
    if (bufferBytesMax <= 0
        || !statusInterval.isPositive()
        || !silenceMax.isPositive()
        || !senderTimeout.isPositive()) {
      throw new IllegalArgumentException("Bounds must be positive");
    }
  }

  /** The same, speaking often enough for a server that waits so long; zero is for ever. */
  StreamSettings within(Duration timeout) {
    Duration often = timeout.dividedBy(3);
    return timeout.isZero() || often.compareTo(statusInterval) >= 0
        ? this
        : with(often, silenceMax);
  }

  public StreamSettings withoutStreaming() {
    return with(output.withoutStreaming());
  }

  public StreamSettings with(OutputOptions other) {
    return new StreamSettings(
        bufferBytesMax, statusInterval, silenceMax, senderTimeout, other, spool);
  }

  public StreamSettings with(SpoolSettings other) {
    return new StreamSettings(
        bufferBytesMax, statusInterval, silenceMax, senderTimeout, output, other);
  }

  /** The same with other waits of ours. */
  public StreamSettings with(Duration newStatusInterval, Duration newSilenceMax) {
    return new StreamSettings(
        bufferBytesMax, newStatusInterval, newSilenceMax, senderTimeout, output, spool);
  }

  /** The same reading so far ahead. */
  public StreamSettings withBuffer(long bytesMax) {
    return new StreamSettings(bytesMax, statusInterval, silenceMax, senderTimeout, output, spool);
  }

  /** The same with another wait of the server's. */
  public StreamSettings withSenderTimeout(Duration timeout) {
    return new StreamSettings(bufferBytesMax, statusInterval, silenceMax, timeout, output, spool);
  }
}
