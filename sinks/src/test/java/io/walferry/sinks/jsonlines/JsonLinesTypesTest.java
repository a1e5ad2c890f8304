package io.walferry.sinks.jsonlines;

import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.following;
import static io.walferry.sinks.SinkCalls.load;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.ReplicaIdentity;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.TypedTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every value that PostgreSQL has is in a line as what PostgreSQL itself reads back from its JSON,
 * loaded by COPY and written by the stream.
 */
@Postgres
final class JsonLinesTypesTest {
  /** Documents stay as they are; of other values, strings are read. */
  private static final String LINES =
      """
      SELECT r ->> 'table', r ->> 'op', (r -> 'after' ->> 'id')::int,
        json_typeof(r -> 'after' -> 'v'),
        CASE WHEN (r ->> 'table') = ANY (?) THEN (r -> 'after' -> 'v')::text
          ELSE r -> 'after' ->> 'v' END
      FROM unnest(?::text[]) WITH ORDINALITY u(line, n), LATERAL (SELECT line::json AS r) parsed
      WHERE r ->> 'op' IN ('read', 'update')
      ORDER BY n
      """;

  @Test
  void everyValueIsInItsLines(Database source) throws SQLException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.DEFAULT);
    try (JsonLinesSink sink =
        following(JsonLinesSink.toStream(bytes, "a test"), TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        load(sink, column.table(), source, column.column().query());
        apply(sink, 0x20, column.updates());
      }
    }
    Map<String, List<String>> found =
        found(source, documents(columns), bytes.toString(StandardCharsets.UTF_8).lines().toList());
    for (TypedTable column : columns) {
      assertEquals(
          expected(column),
          found.getOrDefault(column.column().table(), List.of()),
          column::toString);
    }
  }

  private static List<String> documents(List<TypedTable> columns) {
    return columns.stream()
        .filter(column -> isDocument(column.column().typeOid()))
        .map(column -> column.column().table())
        .toList();
  }

  private static boolean isDocument(int oid) {
    return oid == SourceTable.JSON || oid == 3802;
  }

  private static List<String> expected(TypedTable column) {
    int oid = column.column().typeOid();
    String none = isDocument(oid) ? " null" : " null null";
    List<String> rows = new ArrayList<>(List.of("read -1" + none));
    Map<Integer, String> texts = column.column().texts();
    texts.forEach((id, text) -> rows.add("read " + id + value(oid, text)));
    texts.forEach(
        (id, text) -> {
          rows.add("update " + id + none);
          rows.add("update " + id + value(oid, text));
        });
    return rows;
  }

  /** A type of JSON, but of documents, and what of it PostgreSQL reads. */
  private static String value(int oid, String text) {
    return switch (oid) {
      case SourceTable.BOOL -> " boolean " + (text.equals("t") ? "true" : "false");
      case 20, 21, 23, 26, 700, 701, 1700 ->
          (text.matches(".*[NI].*") ? " string " : " number ") + text;
      default -> (isDocument(oid) ? " " : " string ") + text;
    };
  }

  private static Map<String, List<String>> found(
      Database source, List<String> documents, List<String> lines) throws SQLException {
    Map<String, List<String>> found = new TreeMap<>();
    try (Connection connection = source.connect();
        PreparedStatement query = connection.prepareStatement(LINES)) {
      query.setArray(1, connection.createArrayOf("text", documents.toArray()));
      query.setArray(2, connection.createArrayOf("text", lines.toArray()));
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          boolean document = documents.contains(row.getString(1));
          found
              .computeIfAbsent(row.getString(1), table -> new ArrayList<>())
              .add(
                  row.getString(2)
                      + " "
                      + row.getInt(3)
                      + (document ? "" : " " + row.getString(4))
                      + " "
                      + row.getString(5));
        }
      }
    }
    return found;
  }
}
