package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.sqlserver.SqlServerFixture.IMPATIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.ReplicaIdentity;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.TypedTable;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.sinks.type.TypeTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every value that PostgreSQL has comes back from SQL Server as it printed it, loaded by COPY,
 * written again by the stream, and found by what it is.
 */
@Postgres
final class SqlServerTypesTest {
  /** Types that lose nothing are native, the others text. */
  private static LossPolicies lossless() {
    LossPolicies policies = LossPolicies.FAIL;
    for (TypeFamily family : TypeFamily.values()) {
      boolean lossy = TypeTable.cell(family, Dialect.SQLSERVER).loss().isPresent();
      policies = lossy ? policies.with(family, LossPolicy.TEXT) : policies;
    }
    return policies;
  }

  /** What is there, as PostgreSQL prints it, by its number. */
  private static Map<Integer, String> found(SqlServerSettings destination, TypedTable column) {
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
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.DEFAULT);
    try (SqlServerSink sink =
        SinkCalls.following(
            SqlServerFixture.sink(destination, IMPATIENT.withPolicies(lossless())),
            TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        load(sink, column.table(), source, column.column().query());
        assertEquals(column.column().texts(), found(destination, column), column::toString);
        apply(sink, 0x20, column.updates());
        assertEquals(column.column().texts(), found(destination, column), column::toString);
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
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.DEFAULT);
    try (SqlServerSink sink =
        SinkCalls.following(
            SqlServerFixture.sink(destination, IMPATIENT.withPolicies(toNull)),
            TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        load(sink, column.table(), source, column.column().query());
        Map<Integer, String> found = found(destination, column);
        Map<Integer, String> expected = column.column().texts();
        expected.keySet().retainAll(found.keySet());
        assertEquals(expected, found, column::toString);
      }
    }
  }

  @Test
  void everyValueIdentifiesItsRow(Database source) throws SQLException {
    SqlServerSettings destination = SqlServerFixture.database();
    List<TypedTable> columns = TypedTable.all(source, ReplicaIdentity.FULL);
    try (SqlServerSink sink =
        SinkCalls.following(
            SqlServerFixture.sink(destination, IMPATIENT.withPolicies(lossless())),
            TypedTable.tables(columns))) {
      for (TypedTable column : columns) {
        apply(sink, 0x30, column.pairs());
        List<String> texts = column.column().texts().values().stream().sorted().toList();
        assertEquals(texts, textsOf(destination, column), column::toString);
      }
    }
  }

  private static List<String> textsOf(SqlServerSettings destination, TypedTable column) {
    List<String> texts = new ArrayList<>();
    new SqlServerRowSearch(new SqlServerConnector(destination, IMPATIENT))
        .find(
            column.table().published(),
            List.of("v"),
            "1 = 1",
            values -> texts.add(values.getFirst()));
    return texts.stream().sorted().toList();
  }
}
