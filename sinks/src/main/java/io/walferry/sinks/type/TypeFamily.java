package io.walferry.sinks.type;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rows of the type table. Types are known by oid, as the stream announces them; a domain has an
 * oid of its own and is {@link #OTHER}, as are all types that are not listed.
 */
public enum TypeFamily {
  BOOL("bool", 16),
  INT2("int2", 21),
  INT4("int4", 23),
  INT8("int8", 20),
  OID("oid", 26),
  FLOAT4("float4", 700),
  FLOAT8("float8", 701),
  NUMERIC("numeric", 1700),
  TEXT("text", 25),
  VARCHAR("varchar", 1043),
  BPCHAR("bpchar", 1042),
  BYTEA("bytea", 17),
  UUID("uuid", 2950),
  DATE("date", 1082),
  TIME("time", 1083),
  TIMETZ("timetz", 1266),
  TIMESTAMP("timestamp", 1114),
  TIMESTAMPTZ("timestamptz", 1184),
  INTERVAL("interval", 1186),
  JSON("json", 114),
  JSONB("jsonb", 3802),
  /** Every other type: arrays, ranges, enums, domains, types of extensions. */
  OTHER("other", 0);

  private static final Map<Integer, TypeFamily> BY_OID =
      Arrays.stream(values()).collect(Collectors.toMap(it -> it.oid, Function.identity()));

  private final String typeName;
  private final int oid;

  TypeFamily(String typeName, int oid) {
    this.typeName = typeName;
    this.oid = oid;
  }

  /** The family of a type; never fails, since every type has text output. */
  public static TypeFamily of(int typeOid) {
    return BY_OID.getOrDefault(typeOid, OTHER);
  }

  /** PostgreSQL's own name of the type. */
  public String typeName() {
    return typeName;
  }

  /** Whether values are short, so that an index on them is small. */
  public boolean isShort() {
    return switch (this) {
      case BOOL, INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC, UUID -> true;
      case DATE, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ -> true;
      case TEXT, VARCHAR, BPCHAR, BYTEA, INTERVAL, JSON, JSONB, OTHER -> false;
    };
  }

  /** Whether values are texts of people, or printed as such for want of a type of their own. */
  public boolean isText() {
    return switch (this) {
      case TEXT, VARCHAR, BPCHAR, INTERVAL, OTHER -> true;
      case BOOL, INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC, UUID -> false;
      case DATE, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ, BYTEA, JSON, JSONB -> false;
    };
  }
}
