package io.walferry.sinks.sqlite;

import io.walferry.change.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names of source tables at the destination: a table of schema {@code public} keeps its plain name,
 * any other is called {@code schema.table}, as one identifier that has to be quoted.
 *
 * <p>Names that SQLite cannot tell apart are refused, never merged: it ignores the case of ASCII
 * letters, and {@code public."a.b"} would be the same as table {@code b} of schema {@code a}.
 */
final class TableNames {
  private static final String PUBLIC = "public";

  private final Map<String, TableId> owners = new HashMap<>();

  /** The destination's name of a source table. */
  static String of(TableId table) {
    return table.schema().equals(PUBLIC) ? table.name() : table.schema() + "." + table.name();
  }

  /** A name as SQLite compares it: without the case of ASCII letters. */
  static String fold(String name) {
    StringBuilder folded = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      folded.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return folded.toString();
  }

  static Set<String> folded(List<String> names) {
    return names.stream().map(TableNames::fold).collect(Collectors.toSet());
  }

  /** Gives the name of a table back, which is called otherwise from now on. */
  void release(TableId table) {
    owners.remove(fold(of(table)), table);
  }

  /** Takes the name for the table; tells why it cannot, or nothing. */
  List<String> claim(TableId table, List<String> columns) {
    List<String> problems = new ArrayList<>();
    String folded = fold(of(table));
    if (folded.equals(SqlitePositionDialect.POSITION)
        || folded.equals(SqlitePositionDialect.LEDGER)) {
      problems.add(table + ": Walferry keeps its own state in a table of this name");
    }
    if (folded.startsWith("sqlite_")) {
      problems.add(table + ": SQLite reserves names that start with sqlite_");
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
              + of(table)
              + " in SQLite, regardless of"
              + " upper and lower case");
    }
    Map<String, String> seen = new HashMap<>();
    for (String column : columns) {
      String other = seen.getOrDefault(fold(column), column);
      if (!other.equals(column)) {
        problems.add(
            table
                + ": SQLite cannot tell columns \""
                + other
                + "\" and \""
                + column
                + "\" apart, since it ignores upper and lower case");
      }
      seen.put(fold(column), column);
    }
    return problems;
  }
}
