package io.walferry.type;

import io.walferry.change.Row;
import io.walferry.type.PgType.ArrayType;
import io.walferry.type.PgType.CompositeType;
import io.walferry.type.PgType.DomainType;
import io.walferry.type.PgType.EnumType;
import io.walferry.type.PgType.MultirangeType;
import io.walferry.type.PgType.RangeType;
import io.walferry.type.PgType.ScalarType;
import io.walferry.type.PgType.UnknownType;

/**
 * Turns a value as the server sent it, in either form, into a Java value that loses nothing:
 *
 * <table>
 * <caption>Java classes</caption>
 * <tr><th>type<th>Java
 * <tr><td>bool, int2, int4, int8, float4, float8<td>Boolean, Short, Integer, Long, Float, Double
 * <tr><td>oid, cid<td>Long
 * <tr><td>numeric<td>{@link io.walferry.value.Numeric}
 * <tr><td>date, timestamp, timestamptz<td>{@link io.walferry.value.Extended} of LocalDate,
 *     LocalDateTime, Instant
 * <tr><td>interval<td>{@link io.walferry.value.Extended} of {@link io.walferry.value.Interval}
 * <tr><td>time, timetz<td>{@link io.walferry.value.TimeOfDay}, {@link
 *     io.walferry.value.OffsetTimeOfDay}
 * <tr><td>text, varchar, bpchar, name, "char", citext, refcursor, json, jsonb, jsonpath, xml,
 *     tsvector, tsquery, ltree, lquery, ltxtquery, aclitem, enums<td>String
 * <tr><td>bytea, uuid<td>{@link io.walferry.value.Bytes}, UUID
 * <tr><td>bit, varbit<td>{@link io.walferry.value.BitString}
 * <tr><td>inet and cidr, macaddr and macaddr8<td>{@link io.walferry.value.Inet}, {@link
 *     io.walferry.value.MacAddress}
 * <tr><td>point, line, lseg, box, path, polygon, circle<td>{@link io.walferry.value.Geometry}
 * <tr><td>hstore<td>Map of String to Optional of String
 * <tr><td>pg_lsn, xid, xid8, tid<td>{@link io.walferry.change.Lsn}, {@link
 *     io.walferry.change.Xid}, {@link io.walferry.value.Xid8}, {@link io.walferry.value.TupleId}
 * <tr><td>pg_snapshot, txid_snapshot<td>{@link io.walferry.value.TransactionSnapshot}
 * <tr><td>int2vector, oidvector<td>List of Short, List of Long
 * <tr><td>money, reg…<td>{@link io.walferry.value.Money}, {@link io.walferry.value.CatalogObject}:
 *     what text and binary say is not the same
 * <tr><td>arrays, ranges, multiranges, composites<td>{@link io.walferry.value.PgArray}, {@link
 *     io.walferry.value.Range}, {@link io.walferry.value.Multirange}, {@link
 *     io.walferry.value.Composite}
 * <tr><td>domains<td>as their base type
 * <tr><td>others<td>String from text, {@link io.walferry.value.Bytes} from binary
 * </table>
 *
 * <p>Text has to come from a session with canonical output, as Walferry's own sessions are: ISO
 * dates in UTC, {@code IntervalStyle postgres}, {@code bytea_output hex}. Pure: safe for any number
 * of threads.
 */
public final class ValueDecoder {
  private ValueDecoder() {}

  /**
   * Decodes one value. The bytes are only read, and not kept.
   *
   * @throws MalformedValueException if they are not a value of the type in that form
   */
  public static Object decode(PgType type, Format format, byte[] bytes, int start, int length) {
    ByteInput in = new ByteInput(bytes, start, length);
    try {
      return read(type, format, in);
    } catch (MalformedValueException e) {
      throw e.in(type.name() + " of " + length + " bytes, as " + format);
    }
  }

  /**
   * Decodes one column of a row.
   *
   * @throws IllegalStateException if the column is NULL or unchanged, so that there is no value
   * @throws MalformedValueException if its bytes are not a value of the type
   */
  public static Object decode(PgType type, Row row, int column) {
    Format format = row.kind(column) == Row.Kind.BINARY ? Format.BINARY : Format.TEXT;
    return row.read(column, (buffer, start, length) -> decode(type, format, buffer, start, length));
  }

  /** Whether the server can send values of this type in binary and they are understood here. */
  public static boolean knowsBinary(PgType type) {
    return switch (type) {
      case ScalarType scalar -> scalar.kind().codec().hasBinary();
      case ArrayType array -> knowsBinary(array.element());
      case RangeType range -> knowsBinary(range.subtype());
      case MultirangeType multirange -> knowsBinary(multirange.range());
      case CompositeType composite ->
          composite.fields().stream().allMatch(field -> knowsBinary(field.type()));
      case EnumType ignored -> true;
      case DomainType domain -> knowsBinary(domain.base());
      case UnknownType ignored -> false;
    };
  }

  /** The value of an input, all of it. */
  static Object read(PgType type, Format format, ByteInput in) {
    Object value = format == Format.TEXT ? readText(type, in) : readBinary(type, in);
    in.expectEnd();
    return value;
  }

  private static Object readText(PgType type, ByteInput in) {
    return switch (type) {
      case ScalarType scalar -> scalar.kind().codec().fromText(in);
      case ArrayType array -> ArrayCodec.fromText(array, in);
      case RangeType range -> RangeCodec.fromText(range, in);
      case MultirangeType multirange -> RangeCodec.fromText(multirange, in);
      case CompositeType composite -> CompositeCodec.fromText(composite, in);
      case EnumType ignored -> in.text();
      case DomainType domain -> readText(domain.base(), in);
      case UnknownType ignored -> in.text();
    };
  }

  private static Object readBinary(PgType type, ByteInput in) {
    return switch (type) {
      case ScalarType scalar -> scalar.kind().codec().fromBinary(in);
      case ArrayType array -> ArrayCodec.fromBinary(array, in);
      case RangeType range -> RangeCodec.fromBinary(range, in);
      case MultirangeType multirange -> RangeCodec.fromBinary(multirange, in);
      case CompositeType composite -> CompositeCodec.fromBinary(composite, in);
      case EnumType ignored -> in.text();
      case DomainType domain -> readBinary(domain.base(), in);
      case UnknownType ignored -> in.bytes(in.remaining());
    };
  }
}
