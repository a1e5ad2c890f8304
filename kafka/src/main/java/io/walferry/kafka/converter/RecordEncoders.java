package io.walferry.kafka.converter;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import java.util.Optional;

/** Makes encoders of one sink, each for a thread of its own. Safe for any thread. */
public final class RecordEncoders implements AutoCloseable {
  private final ConversionSettings conversion;
  private final EnvelopeSettings envelope;
  private final ConverterJars jars;

  /**
   * For one feed.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID} if the settings do not fit together
   */
  public RecordEncoders(ConversionSettings conversion, EnvelopeSettings envelope) {
    if (conversion.value().isPresent() && envelope.envelope() == Envelope.CLOUD_EVENTS) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "A CloudEvent is JSON: a converter of values takes another envelope");
    }
    this.conversion = conversion;
    this.envelope = envelope;
    this.jars = new ConverterJars(conversion.jars());
  }

  /**
   * One that may be used until this is closed.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID} if a converter cannot be had
   */
  public RecordEncoder encoder() {
    Optional<LoadedConverter> keys = conversion.key().map(it -> jars.converter(it, true));
    try {
      return new RecordEncoder(
          envelope, keys, conversion.value().map(it -> jars.converter(it, false)));
    } catch (RuntimeException e) {
      keys.ifPresent(LoadedConverter::close);
      throw e;
    }
  }

  /** Closes the encoders, too; one that is at work is closed when it has done that. */
  @Override
  public void close() {
    jars.close();
  }
}
