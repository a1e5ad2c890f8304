package io.walferry.testkit.type;

import io.walferry.testkit.postgres.Database;
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

/**
 * A type with its cases as a column of its own table: {@code id} and {@code v}, one row for each
 * case in their order from 0 on, and the row -1 with NULL.
 *
 * @param table a name that no other column's table has
 * @param typeOid as the database has it
 * @param typeModifier -1 if the type has none
 */
public record TypeColumn(
    String table, String type, int typeOid, int typeModifier, List<TypeCase> cases) {
  public TypeColumn {
    cases = List.copyOf(cases);
  }

  /**
   * One for each type of the cases that a server of this major version knows, in a database without
   * the types of {@link TypeCases#SETUP}, which it gets.
   */
  public static List<TypeColumn> all(Database database, int major) throws SQLException {
    database.execute(TypeCases.SETUP);
    Map<String, List<TypeCase>> byType =
        TypeCases.all().stream()
            .filter(one -> one.existsIn(major))
            .collect(
                Collectors.groupingBy(TypeCase::type, LinkedHashMap::new, Collectors.toList()));
    List<TypeColumn> columns = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, List<TypeCase>> entry : byType.entrySet()) {
        statement.execute("CREATE TEMPORARY TABLE one (v " + entry.getKey() + ")");
        try (ResultSet row =
            statement.executeQuery(
                "SELECT atttypid::int8, atttypmod FROM pg_attribute"
                    + " WHERE attrelid = 'one'::regclass AND attname = 'v'")) {
          row.next();
          int oid = (int) row.getLong(1);
          String table = "t" + columns.size();
          columns.add(new TypeColumn(table, entry.getKey(), oid, row.getInt(2), entry.getValue()));
        }
        statement.execute("DROP TABLE one");
      }
    }
    return List.copyOf(columns);
  }

  /** The same for the database's own version. */
  public static List<TypeColumn> all(Database database) throws SQLException {
    return all(database, database.server().major());
  }

  /** Gives the rows. */
  public String query() {
    StringBuilder query = new StringBuilder("SELECT * FROM (SELECT -1 AS id, NULL::");
    query.append(type).append(" AS v");
    for (int i = 0; i < cases.size(); i++) {
      query.append(" UNION ALL SELECT ").append(i).append(", ").append(cases.get(i).expression());
    }
    return query.append(") AS v").toString();
  }

  /** What is printed of the values that are not NULL, by the rows' ids. */
  public Map<Integer, String> texts() {
    Map<Integer, String> texts = new TreeMap<>();
    for (int i = 0; i < cases.size(); i++) {
      texts.put(i, cases.get(i).text());
    }
    return texts;
  }

  @Override
  public String toString() {
    return table + " " + type;
  }
}
