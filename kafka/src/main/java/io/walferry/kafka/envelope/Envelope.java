package io.walferry.kafka.envelope;

/** The forms in which records say what has happened to a row. */
public enum Envelope {
  /** {@code before}, {@code after}, {@code source}, {@code op}, as Debezium writes it. */
  DEBEZIUM,
  /** The row, with {@code __op}, {@code __lsn} and so on beside its columns. */
  FLATTENED,
  /** A structured CloudEvent with {@code before} and {@code after} as its data. */
  CLOUD_EVENTS
}
