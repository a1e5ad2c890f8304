package io.walferry.sinks.postgres;

import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import io.walferry.type.PgType;
import io.walferry.type.PgType.DomainType;
import io.walferry.type.PgType.EnumType;
import java.util.Set;

/**
 * The types whose binary form is the same on every server from 10 to 18, whatever its settings and
 * its own encoding, as long as both sessions speak UTF-8.
 *
 * <p>Left out are types
 *
 * <ul>
 *   <li>that send what only one server understands: oids of objects (reg types, ACLs) and
 *       everything that users made, for its oid differs, and so does what it is made of;
 *   <li>whose bytes mean something else elsewhere: money (a number of the smallest unit that {@code
 *       lc_monetary} has), interval (from 17 on the largest values are infinite), xml (sent with a
 *       declaration of its encoding), name (its length is the server's choice);
 *   <li>that are checked in another way than their text, or grew within these versions: tsvector,
 *       tsquery, jsonpath, multiranges, snapshots.
 * </ul>
 */
final class BinaryTypes {
  private static final Set<Integer> SCALARS =
      Set.of(
          16, // bool
          17, // bytea
          18, // "char": one byte
          20, // int8
          21, // int2
          23, // int4
          25, // text
          26, // oid, as a number
          114, // json: its text
          650, // cidr
          700, // float4
          701, // float8
          774, // macaddr8
          829, // macaddr
          869, // inet
          1042, // bpchar
          1043, // varchar
          1082, // date
          1083, // time: from 10 on always 64-bit microseconds, as below
          1114, // timestamp
          1184, // timestamptz
          1266, // timetz
          1560, // bit
          1562, // varbit
          1700, // numeric: infinities, which came with 14, are refused by older servers
          2950, // uuid
          3802); // jsonb: a version byte, and its text

  /** Geometric types are floats one after the other, since 7.4. */
  private static final Set<Integer> SHAPES = Set.of(600, 601, 602, 603, 604, 628, 718);

  /** Ranges are flags and bounds: int4, num, ts, tstz, date, int8. */
  private static final Set<Integer> RANGES = Set.of(3904, 3906, 3908, 3910, 3912, 3926);

  /** Arrays of scalars; they carry the oid of their elements' type, which is fixed. */
  private static final Set<Integer> ARRAYS =
      Set.of(
          199, 651, 775, 1000, 1001, 1002, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1028,
          1040, 1041, 1115, 1182, 1183, 1185, 1231, 1270, 1561, 1563, 2951, 3807);

  /** text, json, bpchar, varchar. */
  private static final Set<Integer> TEXTS = Set.of(25, 114, 1042, 1043);

  /** float4, float8, and arrays of them; shapes are made of floats, too. */
  private static final Set<Integer> FLOATS = Set.of(700, 701, 1021, 1022);

  private BinaryTypes() {}

  /**
   * Whether values of the type can be made of other bytes and print the same: a NaN has many forms,
   * and arithmetic makes others than reading a text does.
   */
  static boolean holdsFloats(int typeOid) {
    return FLOATS.contains(typeOid) || SHAPES.contains(typeOid);
  }

  /** Whether values of the type have the same bytes in text and in binary, as labels do, too. */
  static boolean isText(int typeOid) {
    return TEXTS.contains(typeOid);
  }

  /**
   * Whether a column of the destination takes values of the stream's type as they were sent. A
   * value of a domain is one of its base type; one of an enum is its label, whatever its oid; and
   * receiving one checks it and fits it to the column's modifier as reading its text does.
   */
  static boolean pass(PgType type, ShapeColumn there) {
    PgType base = base(type);
    return base instanceof EnumType
        ? there.labelled()
        : contains(base.oid()) && there.baseOid() == base.oid();
  }

  /** The same of a column with that type. */
  static boolean mayPass(PgType type) {
    PgType base = base(type);
    return base instanceof EnumType || contains(base.oid());
  }

  private static PgType base(PgType type) {
    PgType base = type;
    while (base instanceof DomainType domain) {
      base = domain.base();
    }
    return base;
  }

  static boolean contains(int typeOid) {
    return SCALARS.contains(typeOid)
        || SHAPES.contains(typeOid)
        || RANGES.contains(typeOid)
        || ARRAYS.contains(typeOid);
  }
}
