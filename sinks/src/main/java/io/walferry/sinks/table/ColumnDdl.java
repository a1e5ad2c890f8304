package io.walferry.sinks.table;

import io.walferry.publication.PublishedColumn;

/**
 * How one engine alters columns of its tables; {@link TableAlterations} decides. Statements are for
 * people to run.
 *
 * @param <T> a table as it is there
 */
public interface ColumnDdl<T> {
  boolean has(T found, String column);

  /** Whether the engine cannot tell the names apart. */
  boolean isSameName(String name, String other);

  /** Whether the column there takes every value of this one as it is. */
  boolean takes(T found, PublishedColumn column);

  String addStatement(T found, PublishedColumn column);

  /** Adds a column with what rows of before have in it, which is known. */
  void add(T found, PublishedColumn column);

  /** Puts what rows of before have in a column, which is known, into one that is there. */
  void refill(T found, PublishedColumn column);

  String dropStatement(T found, String column);

  void drop(T found, String column);

  /** Has rows come without a column that stays. */
  void release(T found, String column);

  String renameStatement(T found, String column, String to);

  void rename(T found, String column, String to);

  String retypeStatement(T found, PublishedColumn column);

  void retype(T found, PublishedColumn column);
}
