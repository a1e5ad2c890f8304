package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlserver.SqlServerFixture.IMPATIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Change;
import io.walferry.change.ReplicaIdentity;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.sinks.type.TypeTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every value that PostgreSQL has comes back from SQL Server as it printed it, loaded by COPY,
 * written again by the stream, and found by what it is.
 */
@Postgres
final class SqlServerTypesTest {
  /** A table of one type with its values, in their order from 0 on. */
  private record Column(SourceTable table, List<TypeCase> cases) {
    String query() {
      StringBuilder query = new StringBuilder("SELECT * FROM (");
      for (int i = 0; i < cases.size(); i++) {
        query.append(i == 0 ? "" : " UNION ALL ");
        query.append("SELECT ").append(i).append(" AS id, ").append(cases.get(i).expression());
      }
      return query.append(") AS v").toString();
    }

    Map<Integer, String> texts() {
      Map<Integer, String> texts = new TreeMap<>();
      for (int i = 0; i < cases.size(); i++) {
        texts.put(i, cases.get(i).text());
      }
      return texts;
    }
  }

  /** Types that lose nothing are native, the others text. */
  private static LossPolicies lossless() {
    LossPolicies policies = LossPolicies.FAIL;
    for (TypeFamily family : TypeFamily.values()) {
      boolean lossy = TypeTable.cell(family, Dialect.SQLSERVER).loss().isPresent();
      policies = lossy ? policies.with(family, LossPolicy.TEXT) : policies;
    }
    return policies;
  }

  private static List<Column> columns(Database source, ReplicaIdentity identity)
      throws SQLException {
    source.execute(TypeCases.SETUP);
    Map<String, List<TypeCase>> byType =
        TypeCases.all().stream()
            .filter(type -> type.existsIn(source.server().major()))
            .collect(
                Collectors.groupingBy(TypeCase::type, LinkedHashMap::new, Collectors.toList()));
    List<Column> columns = new ArrayList<>();
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, List<TypeCase>> entry : byType.entrySet()) {
        statement.execute("CREATE TEMPORARY TABLE one (v " + entry.getKey() + ")");
        try (ResultSet row =
            statement.executeQuery(
                "SELECT atttypid::int8, atttypmod FROM pg_attribute"
                    + " WHERE attrelid = 'one'::regclass AND attname = 'v'")) {
          row.next();
          SourceTable table =
              table("t" + columns.size())
                  .key("id", INT4)
                  .column("v", (int) row.getLong(1), row.getInt(2))
                  .identity(identity)
                  .build();
          columns.add(new Column(table, entry.getValue()));
        }
        statement.execute("DROP TABLE one");
      }
    }
    return columns;
  }

  private static SourceTable[] tables(List<Column> columns) {
    return columns.stream().map(Column::table).toArray(SourceTable[]::new);
  }

  /** What is there, as PostgreSQL prints it, by its number. */
  private static Map<Integer, String> found(SqlServerSettings destination, Column column) {
    Map<Integer, String> found = new TreeMap<>();
    new SqlServerRowSearch(new SqlServerConnector(destination, IMPATIENT))
        .find(
            column.table().published(),
            List.of("id", "v"),
            "1 = 1",
            values -> found.put(Integer.valueOf(values.getFirst()), values.getLast()));
    return found;
  }

  @Test
  void everyValueComesBackWhereLossyTypesAreText(Database source) throws SQLException {
    SqlServerSettings destination = SqlServerFixture.database();
    List<Column> columns = columns(source, ReplicaIdentity.DEFAULT);
    try (SqlServerSink sink =
        SinkCalls.following(
            SqlServerFixture.sink(destination, IMPATIENT.withPolicies(lossless())),
            tables(columns))) {
      for (Column column : columns) {
        load(sink, column.table(), source, column.query());
        assertEquals(column.texts(), found(destination, column), column::toString);
        List<Change> changes = new ArrayList<>();
        column
            .texts()
            .forEach(
                (id, text) -> {
                  changes.add(column.table().update("" + id, SourceTable.NULL));
                  changes.add(column.table().update("" + id, text));
                });
        apply(sink, 0x20, changes.toArray(Change[]::new));
        assertEquals(column.texts(), found(destination, column), column::toString);
      }
    }
  }

  /** One by one, since which of them a native type cannot hold is what is asked. */
  @Test
  void aNativeTypeGivesEveryValueBackOrHasNone(Database source) throws SQLException {
    SqlServerSettings destination = SqlServerFixture.database();
    LossPolicies toNull = LossPolicies.FAIL;
    for (TypeFamily family : TypeFamily.values()) {
      boolean lossy = TypeTable.cell(family, Dialect.SQLSERVER).loss().isPresent();
      toNull = lossy ? toNull.with(family, LossPolicy.NULL) : toNull;
    }
    List<Column> columns = columns(source, ReplicaIdentity.DEFAULT);
    try (SqlServerSink sink =
        SinkCalls.following(
            SqlServerFixture.sink(destination, IMPATIENT.withPolicies(toNull)), tables(columns))) {
      for (Column column : columns) {
        load(sink, column.table(), source, column.query());
        Map<Integer, String> found = found(destination, column);
        Map<Integer, String> expected = column.texts();
        expected.keySet().retainAll(found.keySet());
        assertEquals(expected, found, column::toString);
      }
    }
  }

  @Test
  void everyValueIdentifiesItsRow(Database source) throws SQLException {
    SqlServerSettings destination = SqlServerFixture.database();
    List<Column> columns = columns(source, ReplicaIdentity.FULL);
    try (SqlServerSink sink =
        SinkCalls.following(
            SqlServerFixture.sink(destination, IMPATIENT.withPolicies(lossless())),
            tables(columns))) {
      for (Column column : columns) {
        List<Change> changes = new ArrayList<>();
        column
            .texts()
            .forEach(
                (id, text) -> {
                  changes.add(column.table().insert("" + id, text));
                  changes.add(column.table().insert("" + id, text));
                  changes.add(column.table().delete(SourceTable.full("" + id, text)));
                });
        apply(sink, 0x30, changes.toArray(Change[]::new));
        assertEquals(column.texts(), found(destination, column), column::toString);
      }
    }
  }
}
