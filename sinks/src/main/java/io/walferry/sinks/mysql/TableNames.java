package io.walferry.sinks.mysql;

import io.walferry.change.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names of source tables at the destination: a table of schema {@code public} keeps its plain name,
 * any other is called {@code schema.table}, as one identifier that has to be quoted.
 *
 * <p>Names that the server cannot tell apart are refused, never merged.
 */
final class TableNames {
  private static final String PUBLIC = "public";
  private static final int LENGTH_MAX = 64;

  /** InnoDB's limit. */
  private static final int COLUMNS_MAX = 1017;

  private final Map<String, TableId> owners = new HashMap<>();

  /** The destination's name of a source table. */
  static String of(TableId table) {
    return table.schema().equals(PUBLIC) ? table.name() : table.schema() + "." + table.name();
  }

  static String quoted(TableId table) {
    return quote(of(table));
  }

  static String quote(String identifier) {
    return '`' + identifier.replace("`", "``") + '`';
  }

  /** The name of a column as the server compares it. */
  static String fold(String column) {
    return column.toLowerCase(Locale.ROOT);
  }

  static Set<String> folded(List<String> columns) {
    return columns.stream().map(TableNames::fold).collect(Collectors.toSet());
  }

  /**
   * Takes the name for the table; tells why it cannot, or nothing.
   *
   * @param foldsTables whether the server ignores upper and lower case in names of tables
   */
  List<String> claim(TableId table, List<String> columns, boolean foldsTables) {
    List<String> problems = claim(table, foldsTables);
    claimColumns(table, columns, problems);
    return problems;
  }

  /** Gives the name of a table back, which is called otherwise from now on. */
  void release(TableId table, boolean foldsTables) {
    String name = of(table);
    owners.remove(foldsTables ? fold(name) : name, table);
  }

  /** The same for the table's name alone. */
  List<String> claim(TableId table, boolean foldsTables) {
    List<String> problems = new ArrayList<>();
    String name = of(table);
    String folded = foldsTables ? fold(name) : name;
    if (folded.equals(MysqlPositionDialect.POSITION)
        || folded.equals(MysqlPositionDialect.LEDGER)
        || folded.equals(Stage.TABLE)) {
      problems.add(table + ": Walferry keeps its own state in a table of this name");
    }
    if (!isName(name)) {
      problems.add(
          table
              + ": '"
              + name
              + "' is no name of a table: at most 64 characters, the last no blank");
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
              + " there"
              + (foldsTables ? ", regardless of upper and lower case" : ""));
    }
    return problems;
  }

  private static void claimColumns(TableId table, List<String> columns, List<String> problems) {
    if (columns.isEmpty()) {
      problems.add(table + ": a table without columns cannot be followed");
    }
    if (columns.size() > COLUMNS_MAX) {
      problems.add(
          table + ": it has " + columns.size() + " columns, and InnoDB takes " + COLUMNS_MAX);
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
                + "\" cannot be told apart, since upper and lower case are ignored");
      }
      if (!isName(column)) {
        problems.add(table + ": '" + column + "' is no name of a column");
      }
      seen.put(fold(column), column);
    }
  }

  /** Characters beyond the basic plane are not allowed in names. */
  static boolean isName(String name) {
    return name.length() <= LENGTH_MAX
        && !name.endsWith(" ")
        && name.chars().noneMatch(c -> Character.isSurrogate((char) c));
  }
}
