package io.walferry.sinks.table;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.Optional;

/**
 * What one engine says of its tables, and does to them in the open transaction; {@link
 * DestinationTables} decides. Problems are lines for people, each with the way out.
 *
 * @param <T> a table as it is there
 */
public interface TableCatalog<T> {
  /** The destination, for messages. */
  String display();

  /** What the table is called there, for messages. */
  String nameOf(TableId table);

  Optional<T> find(TableId table);

  /** Why tables can be no destination at all, whatever is there. */
  List<String> nameProblems(List<PublishedTable> tables);

  /** Why columns cannot be created. */
  List<String> typeProblems(List<PublishedColumn> columns);

  /** Why a table cannot be loaded; columns that it lacks are no problem. */
  List<String> loadProblems(PublishedTable source, T found);

  /** Why changes cannot go on to a table; columns that will be added in time are no problem. */
  List<String> resumeProblems(PublishedTable source, T found);

  /** Why rows cannot be merged by the table's primary key, if it has one. */
  default List<String> mergeProblems(PublishedTable source, T found) {
    return List.of();
  }

  /** Logs what somebody should know of a table that fits; once for each fact. */
  default void tell(PublishedTable source, T found) {}

  List<PublishedColumn> missingColumns(PublishedTable source, T found);

  boolean hasRows(T found);

  /**
   * The same of committed rows, with nothing that keeps the table from being dropped right then.
   */
  default boolean hasCommittedRows(T found) {
    return hasRows(found);
  }

  /** Whether rows can be merged by a primary key. */
  boolean hasKey(T found);

  String createStatement(PublishedTable table);

  void create(PublishedTable table);

  /**
   * Adds a column; rows that are there have NULL in it.
   *
   * @param isEmpty whether there are none
   */
  void addColumn(T found, PublishedColumn column, boolean isEmpty);

  /** Removes the rows of all these tables. */
  void empty(List<T> tables);
}
