package io.walferry.sinks.table;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.TypeAlteration;
import java.util.List;

/**
 * How one engine alters its tables; {@link TableAlterations} decides. Statements are for people to
 * run.
 *
 * @param <T> a table as it is there
 */
public interface TableDdl<T> {
  boolean has(T found, String column);

  int columnCount(T found);

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

  /** Tells whether the columns have a type of the engine's own that has to be altered, too. */
  default TypeCopy typeCopy(T found, TypeAlteration alteration) {
    return TypeCopy.NONE;
  }

  String dropTableStatement(T found);

  void dropTable(T found);

  /**
   * Takes the name of a table back, and the other one for it; tells why it cannot be called so, or
   * nothing.
   */
  List<String> nameProblems(TableId table, TableId to);

  /** Whether the engine has both names for one. */
  boolean isSameTable(TableId table, TableId to);

  String renameTableStatement(T found, TableId to);

  /** Gives a table a name that no other one has. */
  void renameTable(T found, TableId to);
}
