package io.walferry.testkit.workload;

import java.util.List;

/** One column for each type, with the values at the edges of that type. */
final class TypeColumns {
  private TypeColumns() {}

  static List<ValueColumn> all() {
    return List.of(
        column("b", "bool", "true", "false"),
        column("i2", "int2", "0", "-32768", "32767"),
        column("i4", "int4", "0", "-2147483648", "2147483647"),
        column("i8", "int8", "0", "-9223372036854775808", "9223372036854775807"),
        column("f4", "float4", "0", "-0", "0.1", "NaN", "Infinity", "-Infinity", "3.4028235e38"),
        column("f8", "float8", "0", "-0", "0.1", "NaN", "Infinity", "-Infinity", "5e-324"),
        column("n", "numeric", "0", "0.00", "NaN", "1e-30", "-1.50", "1e300", HUGE_NUMBER),
        column("n2", "numeric(10,2)", "0", "99999999.99", "-0.01", "NaN"),
        new ValueColumn("t", "text", Sampler.text()),
        new ValueColumn("vc", "varchar(100)", Sampler.text()),
        column("c", "char(8)", "", "a", "é", "12345678", "it's"),
        column("by", "bytea", "\\x", "\\x00", "\\x5c27ff00", "\\xdeadbeef"),
        column("d", "date", "2024-02-29", "0044-03-15 BC", "infinity", "-infinity", "9999-12-31"),
        column("tm", "time", "00:00:00", "24:00:00", "12:34:56.789012"),
        column("tmz", "timetz", "00:00:00+00", "12:00:00.5+05:30", "23:59:59.999999-12"),
        column("ts", "timestamp", "2024-03-31 02:30:00.000001", "infinity", "-infinity", BC),
        column("tsz", "timestamptz", "2024-03-31 02:30:00+02", "infinity", "-infinity", BC),
        column("iv", "interval", "0", "1 year -2 mons 3 days -04:05:06.7", "-1 day", "100 years"),
        column("u", "uuid", "00000000-0000-0000-0000-000000000000", UUID, "f".repeat(32)),
        column("j", "json", "{ \"a\" : [1, 2.50, null] }", "null", "\"\\u00e9\"", "[]", "1e5"),
        column("jb", "jsonb", "{\"b\": 1, \"a\": {\"c\": 2.50}}", "null", "\"é😀\"", "[]", "{}"),
        column("ia", "int4[]", "{}", "{1,NULL,-3}", "{{1,2},{3,4}}", "[2:3]={5,6}"),
        column("ta", "text[]", "{}", "{\"a,b\",\"\",NULL,\"NULL\",\"q\\\"\\\\\"}", "{{é},{😀}}"),
        column("ip", "inet", "10.0.0.1/8", "::1", "192.168.0.1", "2001:db8::/32"),
        column("m", "work.mood", "sad", "ok", "it's \"fine\", ü"),
        column("r", "int4range", "empty", "[1,5)", "(,)", "[-3,)"));
  }

  static final String MOOD_DDL = "create type work.mood as enum ('sad', 'ok', 'it''s \"fine\", ü')";

  private static final String BC = "0044-03-15 12:00:00.5 BC";
  private static final String UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  private static final String HUGE_NUMBER = "12345678901234567890".repeat(6) + ".000100";

  private static ValueColumn column(String name, String type, String... values) {
    return new ValueColumn(name, type, Sampler.oneOf(values));
  }
}
