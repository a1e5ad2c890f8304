package io.walferry.type;

import java.util.Optional;

/**
 * Every scalar type whose values have a Java class here. The types of PostgreSQL itself have fixed
 * oids; those of extensions have another one in each database and come from a {@link TypeCatalog}.
 */
public enum ScalarKind {
  BOOL("bool", 16, 1000, NumberCodecs.BOOL),
  BYTEA("bytea", 17, 1001, TextCodecs.BYTEA),
  CHAR("char", 18, 1002, TextCodecs.CHAR),
  NAME("name", 19, 1003, TextCodecs.TEXT),
  INT8("int8", 20, 1016, NumberCodecs.INT8),
  INT2("int2", 21, 1005, NumberCodecs.INT2),
  INT2VECTOR("int2vector", 22, 1006, SystemCodecs.INT2VECTOR),
  INT4("int4", 23, 1007, NumberCodecs.INT4),
  REGPROC("regproc", 24, 1008, SystemCodecs.REG),
  TEXT("text", 25, 1009, TextCodecs.TEXT),
  OID("oid", 26, 1028, NumberCodecs.UINT4),
  TID("tid", 27, 1010, SystemCodecs.TID),
  XID("xid", 28, 1011, SystemCodecs.XID),
  CID("cid", 29, 1012, NumberCodecs.UINT4),
  OIDVECTOR("oidvector", 30, 1013, SystemCodecs.OIDVECTOR),
  JSON("json", 114, 199, TextCodecs.TEXT),
  XML("xml", 142, 143, TextCodecs.TEXT),
  POINT("point", 600, 1017, GeometryCodecs.POINT),
  LSEG("lseg", 601, 1018, GeometryCodecs.LSEG),
  PATH("path", 602, 1019, GeometryCodecs.PATH),
  BOX("box", 603, 1020, GeometryCodecs.BOX),
  POLYGON("polygon", 604, 1027, GeometryCodecs.POLYGON),
  LINE("line", 628, 629, GeometryCodecs.LINE),
  CIDR("cidr", 650, 651, NetworkCodecs.CIDR),
  FLOAT4("float4", 700, 1021, NumberCodecs.FLOAT4),
  FLOAT8("float8", 701, 1022, NumberCodecs.FLOAT8),
  CIRCLE("circle", 718, 719, GeometryCodecs.CIRCLE),
  MACADDR8("macaddr8", 774, 775, NetworkCodecs.MACADDR8),
  MONEY("money", 790, 791, SystemCodecs.MONEY),
  MACADDR("macaddr", 829, 1040, NetworkCodecs.MACADDR),
  INET("inet", 869, 1041, NetworkCodecs.INET),
  ACLITEM("aclitem", 1033, 1034, TextCodecs.TEXT_ONLY),
  BPCHAR("bpchar", 1042, 1014, TextCodecs.TEXT),
  VARCHAR("varchar", 1043, 1015, TextCodecs.TEXT),
  DATE("date", 1082, 1182, DateTimeCodecs.DATE),
  TIME("time", 1083, 1183, DateTimeCodecs.TIME),
  TIMESTAMP("timestamp", 1114, 1115, DateTimeCodecs.TIMESTAMP),
  TIMESTAMPTZ("timestamptz", 1184, 1185, DateTimeCodecs.TIMESTAMPTZ),
  INTERVAL("interval", 1186, 1187, new IntervalCodec()),
  TIMETZ("timetz", 1266, 1270, DateTimeCodecs.TIMETZ),
  BIT("bit", 1560, 1561, BitCodec.BIT),
  VARBIT("varbit", 1562, 1563, BitCodec.BIT),
  NUMERIC("numeric", 1700, 1231, NumberCodecs.NUMERIC),
  REFCURSOR("refcursor", 1790, 2201, TextCodecs.TEXT),
  REGPROCEDURE("regprocedure", 2202, 2207, SystemCodecs.REG),
  REGOPER("regoper", 2203, 2208, SystemCodecs.REG),
  REGOPERATOR("regoperator", 2204, 2209, SystemCodecs.REG),
  REGCLASS("regclass", 2205, 2210, SystemCodecs.REG),
  REGTYPE("regtype", 2206, 2211, SystemCodecs.REG),
  UUID("uuid", 2950, 2951, TextCodecs.UUID),
  TXID_SNAPSHOT("txid_snapshot", 2970, 2949, SystemCodecs.SNAPSHOT),
  PG_LSN("pg_lsn", 3220, 3221, SystemCodecs.PG_LSN),
  TSVECTOR("tsvector", 3614, 3643, TextSearchCodecs.TSVECTOR),
  TSQUERY("tsquery", 3615, 3645, TextSearchCodecs.TSQUERY),
  REGCONFIG("regconfig", 3734, 3735, SystemCodecs.REG),
  REGDICTIONARY("regdictionary", 3769, 3770, SystemCodecs.REG),
  JSONB("jsonb", 3802, 3807, TextCodecs.VERSIONED),
  JSONPATH("jsonpath", 4072, 4073, TextCodecs.VERSIONED),
  REGNAMESPACE("regnamespace", 4089, 4090, SystemCodecs.REG),
  REGROLE("regrole", 4096, 4097, SystemCodecs.REG),
  REGCOLLATION("regcollation", 4191, 4192, SystemCodecs.REG),
  PG_SNAPSHOT("pg_snapshot", 5038, 5039, SystemCodecs.SNAPSHOT),
  XID8("xid8", 5069, 271, SystemCodecs.XID8),

  HSTORE("hstore", "hstore", HstoreCodec.HSTORE),
  CITEXT("citext", "citext", TextCodecs.TEXT),
  LTREE("ltree", "ltree", TextCodecs.VERSIONED),
  LQUERY("lquery", "ltree", TextCodecs.VERSIONED),
  LTXTQUERY("ltxtquery", "ltree", TextCodecs.VERSIONED);

  private final String typeName;
  private final int oid;
  private final int arrayOid;
  private final Optional<String> extension;
  private final Codec<?> codec;

  ScalarKind(String typeName, String extension, Codec<?> codec) {
    this.typeName = typeName;
    this.oid = 0;
    this.arrayOid = 0;
    this.extension = Optional.of(extension);
    this.codec = codec;
  }

  ScalarKind(String typeName, int oid, int arrayOid, Codec<?> codec) {
    this.typeName = typeName;
    this.oid = oid;
    this.arrayOid = arrayOid;
    this.extension = Optional.empty();
    this.codec = codec;
  }

  /** {@code pg_type.typname}. */
  public String typeName() {
    return typeName;
  }

  /** Whether the type is PostgreSQL's own, so that its oids are the same everywhere. */
  public boolean isBuiltIn() {
    return extension.isEmpty();
  }

  /** The extension whose type it is; empty for PostgreSQL's own. */
  public Optional<String> extension() {
    return extension;
  }

  /** Of a built-in type; 0 for others. */
  public int oid() {
    return oid;
  }

  /** Of the array of a built-in type; 0 for others. */
  public int arrayOid() {
    return arrayOid;
  }

  Codec<?> codec() {
    return codec;
  }
}
