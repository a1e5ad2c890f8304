package io.walferry.pgoutput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.publication.SourceTypes;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A stream of binary tuples says the same as one of text, for a table of every type. */
final class BinaryTupleTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  /** The server has no binary form of it, and fails for an array of it if asked for one. */
  private static final String TEXT_ONLY = "aclitem";

  private record Read(RowType type, List<TypedRow> rows) {}

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aTableOfEveryTypeComesInBinaryWithTheSameValues(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(TypeCases.SETUP);
      PeekedSlot slot = PeekedSlot.create(database, false);
      Map<String, List<TypeCase>> cases = casesByType(major);
      createTable(database, cases);
      int rowCount = cases.values().stream().mapToInt(List::size).max().orElseThrow();
      for (int i = 0; i < rowCount; i++) {
        database.execute(insert(cases, i));
      }

      Read text = read(database, slot.messages(1));
      Read binary = read(database, slot.messages(1, "binary", "true"));

      assertEquals(rowCount, binary.rows().size());
      for (int row = 0; row < rowCount; row++) {
        compare(text.rows().get(row), binary.rows().get(row), List.copyOf(cases.keySet()));
      }
    }
  }

  private static void compare(TypedRow text, TypedRow binary, List<String> types) {
    for (int column = 0; column < types.size(); column++) {
      String type = types.get(column);
      assertEquals(text.isNull(column), binary.isNull(column), type);
      if (text.isNull(column)) {
        continue;
      }
      assertEquals(Row.Kind.TEXT, text.row().kind(column), type);
      assertEquals(Row.Kind.BINARY, binary.row().kind(column), type);
      if (type.startsWith("reg") || type.startsWith("money")) {
        assertEquals(
            text.get(column).getClass().getEnclosingClass(),
            binary.get(column).getClass().getEnclosingClass(),
            type);
      } else {
        assertEquals(text.get(column), binary.get(column), type);
      }
    }
  }

  private static Map<String, List<TypeCase>> casesByType(int major) {
    return TypeCases.all().stream()
        .filter(it -> it.existsIn(major) && !it.type().startsWith(TEXT_ONLY))
        .collect(Collectors.groupingBy(TypeCase::type, LinkedHashMap::new, Collectors.toList()));
  }

  private static void createTable(Database database, Map<String, List<TypeCase>> cases)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    for (String type : cases.keySet()) {
      columns.add("c" + columns.size() + " " + type);
    }
    database.execute("create table typed.every (" + String.join(", ", columns) + ")");
  }

  /** The row of the i-th case of each type, NULL where there are no more. */
  private static String insert(Map<String, List<TypeCase>> cases, int i) {
    return "insert into typed.every values ("
        + cases.values().stream()
            .map(list -> i < list.size() ? list.get(i).expression() : "null")
            .collect(Collectors.joining(", "))
        + ")";
  }

  private static Read read(Database database, List<PgOutputMessage> messages) throws SQLException {
    List<TypedRow> rows = new ArrayList<>();
    RowType type = new RowType(relation(messages), catalog(database, relation(messages)));
    for (PgOutputMessage message : messages) {
      if (message instanceof PgOutputMessage.Insert insert) {
        rows.add(type.over(insert.after()));
      }
    }
    return new Read(type, rows);
  }

  private static Relation relation(List<PgOutputMessage> messages) {
    return messages.stream()
        .filter(PgOutputMessage.Relation.class::isInstance)
        .map(it -> ((PgOutputMessage.Relation) it).relation())
        .findFirst()
        .orElseThrow();
  }

  private static TypeCatalog catalog(Database database, Relation relation) throws SQLException {
    assertFalse(TypeCatalog.BUILT_IN.knowsBinary(relation));
    try (Connection connection = database.connect()) {
      TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, relation, connection);
      assertTrue(catalog.knowsBinary(relation));
      return catalog;
    }
  }
}
