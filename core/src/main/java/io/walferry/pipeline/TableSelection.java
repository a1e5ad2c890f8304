package io.walferry.pipeline;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.TablePattern;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Which tables of a publication a feed wants: all of them, or those that match its patterns. Not
 * for several threads.
 */
final class TableSelection {
  private final List<TablePattern> patterns;
  private final IdentityHashMap<Relation, Boolean> known = new IdentityHashMap<>();

  private TableSelection(List<TablePattern> patterns) {
    this.patterns = patterns;
  }

  static TableSelection of(FeedSettings feed) {
    return new TableSelection(feed.tables().stream().map(TablePattern::parse).toList());
  }

  boolean includes(TableId table) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(table));
  }

  /** The same, remembered, since it is asked for each row. */
  boolean includes(Relation relation) {
    return patterns.isEmpty()
        || known.computeIfAbsent(relation, announced -> includes(announced.table()));
  }
}
