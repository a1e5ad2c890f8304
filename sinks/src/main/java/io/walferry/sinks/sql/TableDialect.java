package io.walferry.sinks.sql;

import java.util.List;

/**
 * How one destination table is spoken to. Each dialect implements it; {@link StatementBuilder} does
 * the rest.
 */
public interface TableDialect {
  /** The table's name, quoted. */
  String table();

  String quote(String identifier);

  /** The words before the table's name of an INSERT that fails on a key that is there already. */
  String insertInto();

  /**
   * The words after the values of an INSERT; empty, or what lets a row take the place of the one
   * with the same key.
   *
   * @param columns that get values, in any order
   */
  String insertEnd(List<String> columns);

  /** The words before the table's name of an UPDATE that fails on a key that is there already. */
  String update();

  /** A condition that takes one parameter and is true for equal values and for two NULLs. */
  String sameValue(String quotedColumn);

  /** A condition that picks one row out of those for which the condition given is true. */
  String onlyOne(String condition);
}
