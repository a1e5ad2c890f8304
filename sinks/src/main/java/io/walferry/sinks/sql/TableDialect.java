package io.walferry.sinks.sql;

import io.walferry.change.Column;
import java.util.List;
import java.util.function.Supplier;

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

  /** Tells whether a value that is put into the column is text, and can come as its bytes. */
  boolean castsText(Column column);

  /** The words before the table's name of an UPDATE that fails on a key that is there already. */
  String update();

  /**
   * A condition that is true for values that are equal byte by byte, whatever the column's
   * collation takes for equal, and found by an index of the column.
   *
   * @param mark gives a mark for the value, as often as the condition names it
   */
  String sameKey(String quotedColumn, Supplier<String> mark);

  /** The same, and true for two NULLs; an index need not serve it. */
  String sameValue(String quotedColumn, Supplier<String> mark);

  /** A condition that picks one row out of those for which the condition given is true. */
  String onlyOne(String condition);
}
