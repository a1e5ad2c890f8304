package io.walferry.sinks.postgres;

import static io.walferry.sinks.postgres.PostgresFixture.connector;

import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A type of the source and values of it.
 *
 * @param binary whether a load hands it over in binary
 */
record TypeCase(String type, boolean binary, List<String> values) {
  static final String USER_TYPES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"');
      CREATE DOMAIN percent AS int CHECK (value BETWEEN 0 AND 100);
      CREATE TYPE pair AS (a int, b text);
      CREATE TYPE span AS RANGE (subtype = text);
      """;

  static final List<TypeCase> ALL =
      List.of(
          binary("boolean", "t", "f"),
          binary("bytea", "\\x", "\\x00ff0a5c"),
          binary("\"char\"", "a", ""),
          binary("bigint", "-9223372036854775808", "9223372036854775807"),
          binary("smallint", "-32768", "32767"),
          binary("integer", "-2147483648", "2147483647"),
          binary("oid", "4294967295"),
          binary("text", "", "\\.", "\\N", "a\tb\nc\rd\\e", "ünï 😀"),
          binary("character varying(5)", "abc", "ü😀"),
          binary("character(5)", "ab", "     "),
          binary("json", "{\"a\" :  1.0, \"a\": null}"),
          binary("jsonb", "{\"a\": 1.00}", "12345678901234567890.10", "\"ü\\u0001\""),
          binary("real", "NaN", "-Infinity", "-0", "1e-45", "3.4028235e+38"),
          binary("double precision", "NaN", "Infinity", "-0", "5e-324", "0.30000000000000004"),
          binary("numeric", "NaN", "0.000", "-1.50", "1e-1000", "9e500", "Infinity"),
          binary("numeric(10,2)", "12345678.90"),
          binary("date", "infinity", "0044-03-15 BC", "5874897-12-31"),
          binary("time without time zone", "24:00:00", "00:00:00.000001"),
          binary("time(3) with time zone", "12:00:00.123+05:30:01"),
          binary("timestamp without time zone", "-infinity", "294276-12-31 23:59:59.999999"),
          binary("timestamp with time zone", "infinity", "2024-02-29 12:00:00.000001+05:30"),
          binary("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
          binary("inet", "10.0.0.1", "::1/64"),
          binary("cidr", "10.0.0.0/8", "2001:db8::/32"),
          binary("macaddr", "08:00:2b:01:02:03"),
          binary("macaddr8", "08:00:2b:01:02:03:04:05"),
          binary("bit(3)", "101"),
          binary("bit varying", "", "0101010101"),
          binary("point", "(1,-0)"),
          binary("path", "[(0,0),(1,1)]", "((0,0),(1,1))"),
          binary("polygon", "((0,0),(1,1),(1,0))"),
          binary("box", "(1,1),(0,0)"),
          binary("lseg", "[(0,0),(1,1)]"),
          binary("line", "{1,2,3}"),
          binary("circle", "<(1,2),3>"),
          binary("int4range", "empty", "[1,5)", "(,)"),
          binary("tstzrange", "[\"2024-01-01 00:00:00+00\",)"),
          binary("integer[]", "{}", "{1,NULL}", "[0:1]={1,2}", "{{1,2},{3,4}}"),
          binary("text[]", "{NULL,\"NULL\",\"a \\\"b\\\" \\\\\",ü}"),
          binary("jsonb[]", "{\"{\\\"a\\\": 1.0}\"}"),
          binary("timestamp with time zone[]", "{infinity}"),
          text("money", "$1.50"),
          text("interval", "1 year 2 mons -3 days +04:05:06.7"),
          text("interval[]", "{\"1 day\"}"),
          text("xml", "<a>ü</a>"),
          text("name", "a name"),
          text("tsvector", "'a':1 'b':2A"),
          text("tsquery", "'a' & 'b'"),
          text("jsonpath", "$.\"a\"[*]"),
          text("regclass", "pg_class"),
          text("regtype[]", "{integer}"),
          text("int4multirange", "{[1,2),[3,4)}"),
          text("pg_lsn", "16/3002D50"),
          text("public.mood", "it's \"ok\""),
          text("public.mood[]", "{sad,\"it's \\\"ok\\\"\"}"),
          text("public.percent", "7"),
          text("public.pair", "(1,\"a b\")"),
          text("public.span", "[a,b)"));

  private static TypeCase binary(String type, String... values) {
    return new TypeCase(type, true, List.of(values));
  }

  private static TypeCase text(String type, String... values) {
    return new TypeCase(type, false, List.of(values));
  }

  /** Tables t0, t1 and so on, in the order of the cases. */
  static List<PublishedTable> create(Database source, List<TypeCase> cases) throws SQLException {
    try (Connection connection = connector(source.uri()).connect();
        Statement statement = connection.createStatement()) {
      for (int number = 0; number < cases.size(); number++) {
        TypeCase one = cases.get(number);
        String table = "public.t" + number;
        statement.execute("CREATE TABLE " + table + " (id int PRIMARY KEY, v " + one.type() + ")");
        statement.execute("INSERT INTO " + table + " VALUES (0, NULL)");
        for (int row = 0; row < one.values().size(); row++) {
          statement.execute(
              "INSERT INTO "
                  + table
                  + " VALUES ("
                  + (row + 1)
                  + ", "
                  + statement.enquoteLiteral(one.values().get(row))
                  + ")");
        }
      }
      statement.execute("CREATE PUBLICATION p FOR ALL TABLES");
      return new PublicationCatalog(connection).tables("p");
    }
  }
}
