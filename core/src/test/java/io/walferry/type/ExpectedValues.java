package io.walferry.type;

import io.walferry.change.Lsn;
import io.walferry.change.Xid;
import io.walferry.value.BitString;
import io.walferry.value.Bytes;
import io.walferry.value.CatalogObject;
import io.walferry.value.Composite;
import io.walferry.value.Extended;
import io.walferry.value.Geometry;
import io.walferry.value.Inet;
import io.walferry.value.Interval;
import io.walferry.value.MacAddress;
import io.walferry.value.Money;
import io.walferry.value.Multirange;
import io.walferry.value.Numeric;
import io.walferry.value.OffsetTimeOfDay;
import io.walferry.value.PgArray;
import io.walferry.value.Range;
import io.walferry.value.TimeOfDay;
import io.walferry.value.TransactionSnapshot;
import io.walferry.value.TupleId;
import io.walferry.value.Xid8;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What some of the cases are in Java. */
final class ExpectedValues {
  private static final Map<Map.Entry<String, String>, Object> VALUES = new LinkedHashMap<>();

  private ExpectedValues() {}

  static Optional<Object> of(String type, String text) {
    return Optional.ofNullable(VALUES.get(Map.entry(type, text)));
  }

  static Set<Map.Entry<String, String>> keys() {
    return VALUES.keySet();
  }

  private static void expect(String type, String text, Object value) {
    VALUES.put(Map.entry(type, text), value);
  }

  static {
    numbers();
    texts();
    times();
    system();
    containers();
  }

  private static void numbers() {
    expect("bool", "t", true);
    expect("bool", "f", false);
    expect("int2", "-32768", Short.MIN_VALUE);
    expect("int4", "-2147483648", Integer.MIN_VALUE);
    expect("int8", "-9223372036854775808", Long.MIN_VALUE);
    expect("int8", "9223372036854775807", Long.MAX_VALUE);
    expect("float4", "3.4028235e+38", Float.MAX_VALUE);
    expect("float4", "NaN", Float.NaN);
    expect("float8", "-0", -0.0);
    expect("float8", "5e-324", Double.MIN_VALUE);
    expect("float8", "-Infinity", Double.NEGATIVE_INFINITY);
    expect("numeric", "0.00", new Numeric.Finite(new BigDecimal("0.00")));
    expect("numeric", "-1.50", new Numeric.Finite(new BigDecimal("-1.50")));
    expect("numeric", "10000", new Numeric.Finite(new BigDecimal("10000")));
    expect("numeric", "NaN", Numeric.Special.NAN);
    expect("numeric", "Infinity", Numeric.Special.INFINITY);
    expect("numeric", "-Infinity", Numeric.Special.NEGATIVE_INFINITY);
    expect("money", "$0.00", new Money.Printed("$0.00"));
    expect("oid", "4294967295", 4294967295L);
  }

  private static void texts() {
    expect("text", "", "");
    expect("\"char\"", "\\200", "\\200");
    expect("bytea", "\\x00", Bytes.of(new byte[] {0}));
    expect("uuid", "ffffffff-ffff-ffff-ffff-ffffffffffff", new UUID(-1, -1));
    expect("bit(9)", "101010101", new BitString(9, bytes("aa80")));
    expect("varbit", "", new BitString(0, bytes("")));
    expect("jsonb", "{\"a\": {\"c\": 2.50}, \"b\": 1}", "{\"a\": {\"c\": 2.50}, \"b\": 1}");
    expect("tsquery", "'a' & 'b'", "'a' & 'b'");
    expect("public.hstore", "\"a\"=>NULL", Map.of("a", Optional.empty()));
    expect(
        "public.hstore",
        "\"k\\\"\\\\\"=>\"x=>y, \\\"z\"",
        Map.of("k\"\\", Optional.of("x=>y, \"z")));
  }

  private static void times() {
    expect("date", "0001-12-31 BC", Extended.of(LocalDate.of(0, 12, 31)));
    expect("date", "0044-03-15 BC", Extended.of(LocalDate.of(-43, 3, 15)));
    expect("date", "5874897-12-31", Extended.of(LocalDate.of(5874897, 12, 31)));
    expect("date", "infinity", Extended.infinite(Extended.Sign.POSITIVE));
    expect("date", "-infinity", Extended.infinite(Extended.Sign.NEGATIVE));
    expect("time", "24:00:00", new TimeOfDay(TimeOfDay.MICROSECONDS_PER_DAY));
    expect("time", "01:02:03.5", new TimeOfDay(3_723_500_000L));
    expect(
        "timetz",
        "12:00:00.5+05:30",
        new OffsetTimeOfDay(new TimeOfDay(43_200_500_000L), ZoneOffset.ofHoursMinutes(5, 30)));
    expect(
        "timestamp", "4714-11-24 00:00:00 BC", Extended.of(LocalDateTime.of(-4713, 11, 24, 0, 0)));
    expect(
        "timestamptz",
        "2024-03-31 02:30:00.000001+00",
        Extended.of(Instant.parse("2024-03-31T02:30:00.000001Z")));
    expect(
        "timestamptz",
        "294276-12-31 23:59:59.999999+00",
        Extended.of(Instant.parse("+294276-12-31T23:59:59.999999Z")));
    expect("timestamptz", "-infinity", Extended.infinite(Extended.Sign.NEGATIVE));
    expect(
        "interval",
        "-1 years -2 mons +3 days -04:05:06.7",
        Extended.of(new Interval(-14, 3, -14_706_700_000L)));
    expect(
        "interval",
        "-2562047788:00:54.775807",
        Extended.of(new Interval(0, 0, -9_223_372_036_854_775_807L)));
    expect("interval", "infinity", Extended.infinite(Extended.Sign.POSITIVE));
  }

  private static void system() {
    expect("inet", "10.0.0.1/8", new Inet(bytes("0a000001"), 8));
    expect("inet", "::1", new Inet(bytes("0".repeat(31) + "1"), 128));
    expect("inet", "::ffff:1.2.3.4", new Inet(bytes("0".repeat(20) + "ffff01020304"), 128));
    expect("cidr", "2001:db8::/32", new Inet(bytes("20010db8" + "0".repeat(24)), 32));
    expect("macaddr", "08:00:2b:01:02:03", new MacAddress(bytes("08002b010203")));
    expect("point", "(-0,1.5)", new Geometry.Point(-0.0, 1.5));
    expect("line", "{1,-1,0}", new Geometry.Line(1, -1, 0));
    expect("lseg", "[(1,2),(3,4)]", new Geometry.Segment(point(1, 2), point(3, 4)));
    expect("box", "(3,4),(1,2)", new Geometry.Box(point(3, 4), point(1, 2)));
    expect("path", "[(1,2)]", new Geometry.Path(false, List.of(point(1, 2))));
    expect("polygon", "((1,2))", new Geometry.Polygon(List.of(point(1, 2))));
    expect("circle", "<(1,2),3>", new Geometry.Circle(point(1, 2), 3));
    expect("pg_lsn", "16/3002D50", Lsn.parse("16/3002D50"));
    expect("xid", "4294967295", new Xid(-1));
    expect("xid8", "18446744073709551615", new Xid8(-1));
    expect("tid", "(42,7)", new TupleId(42, 7));
    expect(
        "pg_snapshot",
        "10:20:10,14,15",
        new TransactionSnapshot(
            new Xid8(10), new Xid8(20), List.of(new Xid8(10), new Xid8(14), new Xid8(15))));
    expect("int2vector", "1 -2 32767", List.of((short) 1, (short) -2, (short) 32767));
    expect("oidvector", "23 4294967295", List.of(23L, 4294967295L));
    expect("regtype", "integer", new CatalogObject.Named("integer"));
  }

  private static void containers() {
    expect("int4[]", "{}", PgArray.EMPTY);
    expect(
        "int4[]",
        "[2:3]={5,6}",
        new PgArray(List.of(new PgArray.Dimension(2, 2)), List.of(Optional.of(5), Optional.of(6))));
    expect(
        "int4[]",
        "{1,NULL,-3}",
        new PgArray(
            List.of(new PgArray.Dimension(3, 1)),
            List.of(Optional.of(1), Optional.empty(), Optional.of(-3))));
    expect("text[]", "{\"\"}", PgArray.of(List.of("")));
    expect("varbit[]", "{\"\",101}", PgArray.of(List.of(bits(0, ""), bits(3, "a0"))));
    expect("int4range", "empty", Range.Empty.EMPTY);
    expect("int4range", "[1,5)", new Range.Span(new Range.Inclusive(1), new Range.Exclusive(5)));
    Range all = new Range.Span(Range.Unbounded.UNBOUNDED, Range.Unbounded.UNBOUNDED);
    expect("int4range", "(,)", all);
    expect("int4multirange", "{(,)}", new Multirange(List.of(all)));
    expect(
        "daterange",
        "[\"0044-03-15 BC\",infinity)",
        new Range.Span(
            new Range.Inclusive(Extended.of(LocalDate.of(-43, 3, 15))),
            new Range.Exclusive(Extended.infinite(Extended.Sign.POSITIVE))));
    expect(
        "typed.text_range",
        "[\" \",\"\"\"\\\\\"]",
        new Range.Span(new Range.Inclusive(" "), new Range.Inclusive("\"\\")));
    expect("typed.mood", "it's \"fine\", ü", "it's \"fine\", ü");
    expect("typed.age", "2147483647", Integer.MAX_VALUE);
    expect("typed.tags", "{a,\"b c\"}", PgArray.of(List.of("a", "b c")));
    expect("typed.pair", "(1,\"\")", pair(Optional.of(1), Optional.of("")));
    expect("typed.pair", "(,)", pair(Optional.empty(), Optional.empty()));
    expect("typed.checked_pair", "(1,a)", pair(Optional.of(1), Optional.of("a")));
    expect(
        "typed.shop",
        "(1,x)",
        new Composite(
            List.of(
                new Composite.Field("id", Optional.of(1)),
                new Composite.Field("name", Optional.of("x")))));
  }

  private static Composite pair(Optional<Object> a, Optional<Object> b) {
    return new Composite(List.of(new Composite.Field("a", a), new Composite.Field("b", b)));
  }

  private static BitString bits(int length, String hex) {
    return new BitString(length, bytes(hex));
  }

  private static Geometry.Point point(double x, double y) {
    return new Geometry.Point(x, y);
  }

  private static Bytes bytes(String hex) {
    return Bytes.of(HexFormat.of().parseHex(hex));
  }
}
