package io.walferry.library;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import java.util.List;

/**
 * An event that a callback could not deal with and that counts as dealt with all the same. Whoever
 * takes it keeps it somewhere; if that fails, the feed stops.
 */
public record Rejection(Event event, Exception cause) {
  /** The columns by which the row is known; empty if it is no row. */
  public List<String> keyColumns() {
    return event instanceof Event.RowChange change ? keyColumns(change.relation()) : List.of();
  }

  private static List<String> keyColumns(Relation relation) {
    return relation.columns().stream().filter(Column::key).map(Column::name).toList();
  }
}
