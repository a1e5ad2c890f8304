package io.walferry.sinks.sql;

/**
 * The one type table: what a PostgreSQL type is to a destination. Types are known by oid, as the
 * stream announces them; a domain has an oid of its own and is {@link #TEXT}, as are all types that
 * are not listed. Every destination decides once for each family how it keeps a value so that
 * PostgreSQL's text output can be recovered exactly.
 */
public enum TypeFamily {
  /** {@code t} and {@code f}. */
  BOOLEAN,
  /** Whole numbers of at most 64 bits, signed or not: int2, int4, int8, oid. */
  INTEGER,
  /** float4 and float8, with NaN, infinities and negative zero. */
  FLOAT,
  /** Exact decimals of any length, with trailing zeros, NaN and infinities. */
  NUMERIC,
  /** bytea. */
  BYTES,
  UUID,
  /** Dates, times and timestamps, with or without a zone. */
  TIME,
  /** json, which keeps its spelling, and jsonb. */
  JSON,
  /** Everything else, as PostgreSQL prints it. */
  TEXT;

  /** The family of a type; never fails, since every type has text output. */
  public static TypeFamily of(int typeOid) {
    return switch (typeOid) {
      case 16 -> BOOLEAN;
      case 17 -> BYTES;
      case 20, 21, 23, 26 -> INTEGER;
      case 114, 3802 -> JSON;
      case 700, 701 -> FLOAT;
      case 1082, 1083, 1114, 1184, 1266 -> TIME;
      case 1700 -> NUMERIC;
      case 2950 -> UUID;
      default -> TEXT;
    };
  }
}
