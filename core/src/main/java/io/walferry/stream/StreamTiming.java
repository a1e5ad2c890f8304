package io.walferry.stream;

import io.walferry.time.NanoClock;
import java.time.Duration;

/**
 * Intervals and time limits of a replication connection, and the clock that measures them.
 *
 * @param statusInterval between two status updates when nothing is confirmed
 * @param silenceMax after which a server that does not answer counts as lost. A server that decodes
 *     a huge transaction can be silent for minutes, so the default is long
 * @param senderTimeout after which the server counts the client as lost and releases the slot; it
 *     replaces the {@code wal_sender_timeout} of the server's configuration: long enough for a
 *     network that falters, and short enough that a successor need not wait for long. A value that
 *     is set for the role, the database or this session stays, and so does any before PostgreSQL 12
 */
public record StreamTiming(
    Duration statusInterval, Duration silenceMax, Duration senderTimeout, NanoClock clock) {
  /** The sender timeout is the default of the server. */
  public static final StreamTiming DEFAULT =
      new StreamTiming(
          Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofMinutes(1), NanoClock.system());

  public StreamTiming {
    if (!statusInterval.isPositive() || !silenceMax.isPositive() || !senderTimeout.isPositive()) {
      throw new IllegalArgumentException("Intervals and time limits must be positive");
    }
  }

  /** Replaces the intervals of this side. */
  public StreamTiming with(Duration newStatusInterval, Duration newSilenceMax) {
    return new StreamTiming(newStatusInterval, newSilenceMax, senderTimeout, clock);
  }

  /** Replaces the time limit of the server. */
  public StreamTiming withSenderTimeout(Duration timeout) {
    return new StreamTiming(statusInterval, silenceMax, timeout, clock);
  }

  public StreamTiming with(NanoClock other) {
    return new StreamTiming(statusInterval, silenceMax, senderTimeout, other);
  }

  /**
   * Shortens the interval of status updates so that a server with this time limit hears several of
   * them within it; zero means no limit.
   */
  StreamTiming within(Duration timeout) {
    Duration often = timeout.dividedBy(3);
    return timeout.isZero() || often.compareTo(statusInterval) >= 0
        ? this
        : with(often, silenceMax);
  }
}
