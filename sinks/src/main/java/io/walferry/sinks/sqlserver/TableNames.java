package io.walferry.sinks.sqlserver;

import io.walferry.change.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names of source tables at the destination: schema {@code public} is one that the user chooses,
 * others keep their names.
 *
 * <p>Names that a server may not tell apart are refused, never merged: whether it knows upper from
 * lower case depends on the database's collation, and blanks at the end never count.
 */
final class TableNames {
  private static final String PUBLIC = "public";
  private static final int LENGTH_MAX = 128;
  private static final int COLUMNS_MAX = 1024;

  private final String schemaOfPublic;
  private final Map<TableName, TableId> owners = new HashMap<>();

  /**
   * No name is taken yet.
   *
   * @param schemaOfPublic where tables of the source's schema {@code public} go
   */
  TableNames(String schemaOfPublic) {
    this.schemaOfPublic = schemaOfPublic;
  }

  TableName of(TableId table) {
    String schema = table.schema().equals(PUBLIC) ? schemaOfPublic : table.schema();
    return new TableName(schema, table.name());
  }

  /** The name of a column as a server may compare it. */
  static String fold(String column) {
    return column.toLowerCase(Locale.ROOT);
  }

  static Set<String> folded(List<String> columns) {
    return columns.stream().map(TableNames::fold).collect(Collectors.toSet());
  }

  /** Takes the name for the table; tells why it cannot, or nothing. */
  List<String> claim(TableId table, List<String> columns) {
    List<String> problems = claim(table);
    claimColumns(table, columns, problems);
    return problems;
  }

  /** Gives the name of a table back, which is called otherwise from now on. */
  void release(TableId table) {
    owners.remove(folded(of(table)), table);
  }

  /** Whether a server may have both names for one. */
  boolean isSame(TableId table, TableId to) {
    return folded(of(table)).equals(folded(of(to)));
  }

  private static TableName folded(TableName name) {
    return new TableName(fold(name.schema()), fold(name.table()));
  }

  /** The same for the table's name alone. */
  List<String> claim(TableId table) {
    List<String> problems = new ArrayList<>();
    TableName name = of(table);
    TableName folded = folded(name);
    if (folded.schema().equals(SqlServerPositionDialect.SCHEMA)) {
      problems.add(table + ": Walferry keeps its own tables in schema " + folded.schema());
    }
    if (!isName(name.schema()) || !isName(name.table())) {
      problems.add(
          table
              + ": '"
              + name
              + "' is no name of a table: at most 128 characters, the last no blank");
    }
    TableId owner = owners.getOrDefault(folded, table);
    if (owner.equals(table)) {
      owners.put(folded, table);
    } else {
      problems.add(
          table
              + " and "
              + owner
              + ": both are named "
              + name
              + " there, regardless of upper and lower case");
    }
    return problems;
  }

  private static void claimColumns(TableId table, List<String> columns, List<String> problems) {
    if (columns.isEmpty()) {
      problems.add(table + ": a table without columns cannot be followed");
    }
    if (columns.size() > COLUMNS_MAX) {
      problems.add(
          table + ": it has " + columns.size() + " columns, and SQL Server takes " + COLUMNS_MAX);
    }
    Map<String, String> seen = new HashMap<>();
    for (String column : columns) {
      String other = seen.getOrDefault(fold(column), column);
      if (!other.equals(column)) {
        problems.add(
            table
                + ": columns \""
                + other
                + "\" and \""
                + column
                + "\" cannot be told apart, since upper and lower case may be ignored");
      }
      if (!isName(column)) {
        problems.add(table + ": '" + column + "' is no name of a column");
      }
      seen.put(fold(column), column);
    }
  }

  /** A question mark would be taken for a parameter behind some brackets. */
  private static boolean isName(String name) {
    return !name.isEmpty()
        && name.length() <= LENGTH_MAX
        && !name.endsWith(" ")
        && !(name.contains("]") && name.contains("?"));
  }
}
