package io.walferry.kafka.envelope;

/**
 * How values of a type are written: as Debezium does with {@code decimal.handling.mode=string} and
 * otherwise its defaults. Types are known by oid; all that are not listed are written as PostgreSQL
 * prints them.
 */
public enum ColumnKind {
  BOOLEAN,
  INT16,
  INT32,
  INT64,
  FLOAT32,
  FLOAT64,
  /** Exact, so a string. */
  NUMERIC,
  /** Base64. */
  BYTES,
  /** Days since 1970. */
  DATE,
  /** Microseconds since midnight. */
  TIME,
  /** Microseconds since 1970, whatever the zone is. */
  TIMESTAMP,
  /** As ISO 8601 has it, in UTC. */
  TIMESTAMPTZ,
  UUID,
  JSON,
  TEXT;

  static ColumnKind of(int typeOid) {
    return switch (typeOid) {
      case 16 -> BOOLEAN;
      case 17 -> BYTES;
      case 20, 26 -> INT64;
      case 21 -> INT16;
      case 23 -> INT32;
      case 114, 3802 -> JSON;
      case 700 -> FLOAT32;
      case 701 -> FLOAT64;
      case 1082 -> DATE;
      case 1083 -> TIME;
      case 1114 -> TIMESTAMP;
      case 1184 -> TIMESTAMPTZ;
      case 1700 -> NUMERIC;
      case 2950 -> UUID;
      default -> TEXT;
    };
  }
}
