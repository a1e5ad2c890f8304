package io.walferry.pipeline;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.TablePattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tables of a publication a feed wants: all of them, or those that match its patterns. Not
 * for several threads.
 */
final class TableSelection {
  private final List<TablePattern> patterns;
  private final List<PublishedTable> tables;
  private final Map<Integer, Admission> admissions = new HashMap<>();

  private record Admission(Relation relation, boolean wanted) {}

  /** Takes the tables as the catalog knows them at the start. */
  TableSelection(List<String> patterns, List<PublishedTable> tables) {
    this.patterns = patterns.stream().map(TablePattern::parse).toList();
    this.tables = tables.stream().filter(it -> includes(it.table())).toList();
  }

  /** Those of the start. */
  List<PublishedTable> tables() {
    return tables;
  }

  boolean includes(TableId table) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(table));
  }

  /** The same, remembered, since it is asked for each row. */
  @SuppressWarnings("ReferenceEquality") // One object for each announcement; asked for each row.
  boolean includes(Relation relation) {
    Admission last = admissions.get(relation.oid());
    if (last == null || last.relation() != relation) {
      last = new Admission(relation, includes(relation.table()));
      admissions.put(relation.oid(), last);
    }
    return last.wanted();
  }
}
