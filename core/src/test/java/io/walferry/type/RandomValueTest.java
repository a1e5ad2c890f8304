package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.SharedServers;
import io.walferry.testkit.workload.Seeds;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Values that real servers draw at random come out alike from text and binary, and are printed as
 * the server does. {@code -Dwalferry.test.seed=…} replays a run.
 */
final class RandomValueTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  private static final long SEED = Seeds.next();
  private static final int ROWS = 2000;

  /** Bits of any kind, NaN's included. */
  private static final String BITS =
      "((random() * 18446744073709551615 - 9223372036854775808)::numeric::int8)";

  private static final Map<String, String> EXPRESSIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("float8", "(random() - 0.5) * 10 ^ (random() * 600 - 300)"),
              Map.entry("float4", "((random() - 0.5) * 10 ^ (random() * 70 - 35))::float4"),
              Map.entry("float8 ", "(n::float8 / 1000)"),
              Map.entry("float4 ", "(n::float4 / 100)"),
              Map.entry("float8  ", "(2::float8 ^ (n - 1022))"),
              Map.entry("float4  ", "(2::float8 ^ (n % 250 - 125))::float4"),
              Map.entry("float8   ", "((n % 9 + 1) || 'e' || (n % 600 - 300))::float8"),
              Map.entry("float4   ", "((n % 9 + 1) || 'e' || (n % 75 - 37))::float4"),
              Map.entry("numeric", "((random() - 0.5) * 10 ^ (random() * 60 - 30))::numeric"),
              Map.entry(
                  "numeric ", "round((random()::numeric - 0.5) * 10::numeric ^ (n % 80), n % 40)"),
              Map.entry("int8", BITS),
              Map.entry(
                  "timestamptz",
                  "'2000-01-01'::timestamptz + ((random() - 0.02) * 250000 * 365.25) * interval '1"
                      + " day'"),
              Map.entry(
                  "timestamp",
                  "'0001-01-01'::timestamp + (random() - 0.5) * interval '9000 years'"),
              Map.entry("date", "'0001-01-01'::date + (n - 1000) * 367"),
              Map.entry("time", "'00:00'::time + random() * interval '1 day'"),
              Map.entry(
                  "interval",
                  "make_interval(months => (random() * 100 - 50)::int, days => (random() * 9 -"
                      + " 4)::int, secs => (random() * 1e6 - 5e5))"),
              Map.entry("inet", "('::'::inet + (n::int8 << (n % 52)))"),
              Map.entry(
                  "inet ",
                  "(concat_ws(':', n % 2, n / 2 % 2, n / 4 % 2, n / 8 % 2, n / 16 % 2, n / 32 % 2,"
                      + " n / 64 % 2, n / 128 % 2) || '/' || n % 129)::inet"),
              Map.entry("uuid", "md5(random()::text)::uuid"),
              Map.entry("pg_lsn", "('0/0'::pg_lsn + (random() * 1e18)::numeric)"),
              Map.entry("bytea", "decode(repeat(md5(random()::text), n % 3), 'hex')"),
              Map.entry(
                  "text[]",
                  "array(select chr(32 + (random() * 200)::int) || chr(n % 300 + 1) from"
                      + " generate_series(1, n % 4))"),
              Map.entry(
                  "tsvector",
                  "to_tsvector('pg_catalog.simple', md5(random()::text) || ' it''s ' || n || ' a'"
                      + " || n % 7)"),
              Map.entry(
                  "tsquery",
                  "replace(replace('(!(a + b) % c) + (!!d % (e + !f % g))', '+',"
                      + " (array['&', '|', '<->', '<2>'])[n % 4 + 1]), '%',"
                      + " (array['&', '|', '<->', '<0>'])[n / 4 % 4 + 1])"),
              Map.entry(
                  "typed.pair", "row(n, chr(32 + (random() * 100)::int) || chr(n % 200 + 1))"),
              Map.entry(
                  "int4range",
                  "int4range(n % 50 - 25, n % 50 + n % 7, (array['[]', '()', '[)', '(]'])[n % 4 +"
                      + " 1])")));

  @ParameterizedTest
  @FieldSource("MAJORS")
  void textBinaryAndPrintAgree(int major) throws SQLException {
    try (TypedServer server = new TypedServer(major);
        Statement statement = server.connection().createStatement()) {
      statement.execute("select setseed(" + (SEED % 1000) / 1000.0 + ")");
      for (Map.Entry<String, String> entry : EXPRESSIONS.entrySet()) {
        PgType type = server.type(entry.getKey().strip());
        String values =
            "select (%s)::%s as v from generate_series(1, %d) n"
                .formatted(entry.getValue(), entry.getKey().strip(), ROWS);
        for (List<byte[]> row :
            server.copy("select format('%s', v), v from (" + values + " offset 0) d")) {
          check(type, entry.getValue(), row);
        }
      }
    }
  }

  private static void check(PgType type, String expression, List<byte[]> row) {
    String text = TypedServer.string(row.getFirst());
    Object value = TypedServer.decode(type, Format.TEXT, row.getFirst());
    String where = expression + " with -Dwalferry.test.seed=" + SEED;
    assertEquals(value, TypedServer.decode(type, Format.BINARY, row.getLast()), where);
    assertEquals(Optional.of(text), ValueText.print(type, value), where);
  }
}
