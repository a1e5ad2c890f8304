package io.walferry.kafka.envelope;

import java.util.Optional;

/**
 * What records look like.
 *
 * @param pipeline the name of the feed, which is the {@code source.name} of its records
 * @param database where the rows come from, for {@code source.db}
 * @param unavailable stands for a large value that an update left alone and nobody has sent
 */
public record EnvelopeSettings(
    Envelope envelope, String pipeline, String database, String unavailable) {
  /** What Debezium writes for a value that is not there. */
  public static final String UNAVAILABLE = "__debezium_unavailable_value";

  /** Of the program that writes records, for {@code source.version}. */
  public static String version() {
    return Optional.ofNullable(EnvelopeSettings.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
