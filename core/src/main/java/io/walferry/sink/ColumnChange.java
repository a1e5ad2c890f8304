package io.walferry.sink;

import io.walferry.change.Column;
import io.walferry.publication.PublishedColumn;
import java.util.List;

/** One step from the columns that a followed table had to those that it has. */
public sealed interface ColumnChange {
  /**
   * A column that was not there.
   *
   * @param column with what rows of before have in it, where the source's catalog says that
   * @param again whether another column of that name was dropped, which may still be at the
   *     destination
   */
  record Added(PublishedColumn column, boolean again) implements ColumnChange {}

  /** A column that is gone, with what was in it. */
  record Dropped(String name) implements ColumnChange {}

  /** A column that has another name, and the same values. */
  record Renamed(String name, String to) implements ColumnChange {}

  /** A column of another type, under which every value prints as before. */
  record Retyped(Column former, PublishedColumn column) implements ColumnChange {}

  /**
   * Columns that are gone and columns that have come, of which nobody knows whether they are the
   * same ones under other names.
   *
   * @param names of those that are gone
   */
  record Replaced(List<String> names, List<PublishedColumn> columns) implements ColumnChange {
    public Replaced {
      names = List.copyOf(names);
      columns = List.copyOf(columns);
    }
  }
}
