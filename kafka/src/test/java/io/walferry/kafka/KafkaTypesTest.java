package io.walferry.kafka;

import static io.walferry.kafka.Calls.apply;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Change;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.ChunkWriter;
import io.walferry.testkit.junit.Kafka;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.kafka.KafkaBroker;
import io.walferry.testkit.kafka.KafkaRecord;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeColumn;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Every value that PostgreSQL has is in a record as what PostgreSQL itself makes of it, by a rule
 * of its own for each kind, loaded by COPY and written by the stream.
 */
@Kafka
@Postgres
final class KafkaTypesTest {
  /** One table with a column of each type, of as many rows as there are cases, and one of NULLs. */
  private static final String VALUES =
      """
      SELECT r ->> 'op' || ' ' || (r -> 'after' ->> 'id'), key, json_typeof(value), value #>> '{}'
      FROM unnest(?::text[]) WITH ORDINALITY u(line, n), LATERAL (SELECT line::json AS r) parsed,
        json_each(r -> 'after')
      ORDER BY n
      """;

  private final Calls calls;

  KafkaTypesTest(KafkaBroker broker) {
    this.calls = new Calls(broker);
  }

  @Test
  void everyValueIsInItsRecords(Database source) throws SQLException {
    List<TypeColumn> columns = TypeColumn.all(source);
    int rows = columns.stream().mapToInt(column -> column.cases().size()).max().orElseThrow();
    SampleTable table =
        SampleTable.of(
            "types",
            Stream.concat(
                    Stream.of("*id:23"),
                    columns.stream().map(column -> column.table() + ":" + unsigned(column)))
                .toArray(String[]::new));
    try (KafkaSink sink = calls.following(calls.settings(), table)) {
      try (ChunkWriter writer = sink.chunkWriter()) {
        Calls.load(writer, table, "1", copied(source, columns, rows));
      }
      List<Change> changes = new ArrayList<>();
      for (int id = -1; id < rows; id++) {
        changes.add(table.update(texts(columns, id)));
      }
      apply(sink, 0x20, changes.toArray(Change[]::new));
    }
    List<String> records =
        calls.records(table).stream().map(KafkaRecord::value).flatMap(Optional::stream).toList();
    Map<String, Map<String, String>> found = found(source, records);
    for (TypeColumn column : columns) {
      Map<String, String> expected = expected(source, column, rows);
      assertEquals(expected, found.get(column.table()), column::toString);
    }
  }

  private static String unsigned(TypeColumn column) {
    return Integer.toString(column.typeOid());
  }

  private static byte[][] copied(Database source, List<TypeColumn> columns, int rows)
      throws SQLException {
    StringBuilder query = new StringBuilder("SELECT i.id");
    columns.forEach(column -> query.append(", ").append(column.table()).append(".v"));
    query.append(" FROM generate_series(-1, ").append(rows - 1).append(") AS i(id)");
    for (TypeColumn column : columns) {
      query
          .append(" LEFT JOIN (")
          .append(column.query())
          .append(") AS ")
          .append(column.table())
          .append(" ON ")
          .append(column.table())
          .append(".id = i.id");
    }
    List<byte[]> lines = new ArrayList<>();
    try (Connection connection = canonical(source);
        Statement statement = connection.createStatement()) {
      // The joins stay as they are written: there is nothing to plan.
      statement.execute("SET join_collapse_limit = 1");
      CopyOut copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("COPY (" + query + " ORDER BY i.id) TO STDOUT");
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        lines.add(line);
      }
    }
    return lines.toArray(byte[][]::new);
  }

  private static Connection canonical(Database source) {
    return new PostgresConnector(ConnectionSettings.parse(source.uri(), Map.of()), "source")
        .connect();
  }

  private static String[] texts(List<TypeColumn> columns, int id) {
    List<String> texts = new ArrayList<>(List.of("" + id));
    columns.forEach(column -> texts.add(column.texts().getOrDefault(id, SampleTable.NULL)));
    return texts.toArray(String[]::new);
  }

  /** By columns, then by op and row: a type of JSON, and what of it PostgreSQL reads. */
  private static Map<String, Map<String, String>> found(Database source, List<String> records)
      throws SQLException {
    Map<String, Map<String, String>> found = new TreeMap<>();
    try (Connection connection = source.connect();
        PreparedStatement query = connection.prepareStatement(VALUES)) {
      query.setArray(1, connection.createArrayOf("text", records.toArray()));
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          found
              .computeIfAbsent(row.getString(2), column -> new TreeMap<>())
              .put(row.getString(1), row.getString(3) + " " + row.getString(4));
        }
      }
    }
    return found;
  }

  private static Map<String, String> expected(Database source, TypeColumn column, int rows)
      throws SQLException {
    Map<Integer, String> values = new TreeMap<>();
    try (Connection connection = canonical(source);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT id, "
                    + rule(column.typeOid())
                    + " FROM ("
                    + column.query()
                    + ") q WHERE v IS DISTINCT FROM NULL")) {
      while (row.next()) {
        values.put(row.getInt(1), json(column.typeOid(), row.getString(2), row.getString(3)));
      }
    }
    Map<String, String> expected = new TreeMap<>();
    for (int id = -1; id < rows; id++) {
      String value = values.getOrDefault(id, "null null");
      expected.put("r " + id, value);
      expected.put("u " + id, value);
    }
    return expected;
  }

  /** The type and the text of the JSON that a value becomes. */
  private static String rule(int oid) {
    return switch (oid) {
      case 16 -> "'boolean', v::text";
      case 17 -> "'string', replace(encode(v, 'base64'), E'\\n', '')";
      case 20, 21, 23, 26 -> "'number', v::text";
      case 700, 701 -> "CASE WHEN v::text ~ '[NI]' THEN 'string' ELSE 'number' END, v::text";
      case 1082 ->
          "'number', CASE v WHEN 'infinity' THEN 2147483647 WHEN '-infinity' THEN -2147483648"
              + " ELSE v - date '1970-01-01' END::text";
      case 1083 -> "'number', trunc(extract(epoch FROM v) * 1000000)::text";
      case 1114 ->
          "'number', CASE v WHEN 'infinity' THEN 9223372036825200000"
              + " WHEN '-infinity' THEN -9223372036832400000"
              + " ELSE "
              + micros("v")
              + " END::text";
      case 1184 ->
          "'string', CASE WHEN isfinite(v) THEN "
              + micros("(v AT TIME ZONE 'UTC')")
              + "::text ELSE v::text END";
      default -> "'string', format('%s', v)";
    };
  }

  /** Since 1970, by days: {@code extract} is not exact in the last years. */
  private static String micros(String timestamp) {
    return ("((%1$s::date - date '1970-01-01') * numeric '86400000000'"
            + " + trunc(extract(epoch FROM %1$s::time) * 1000000))")
        .formatted(timestamp);
  }

  private static String json(int oid, String type, String text) {
    return type + " " + (oid == 1184 && !text.endsWith("infinity") ? moment(text) : text);
  }

  private static String moment(String micros) {
    BigInteger[] seconds = new BigInteger(micros).divideAndRemainder(BigInteger.valueOf(1_000_000));
    return Instant.ofEpochSecond(seconds[0].longValueExact(), seconds[1].longValueExact() * 1000)
        .toString();
  }
}
