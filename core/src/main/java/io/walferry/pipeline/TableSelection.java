package io.walferry.pipeline;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.TablePattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which tables of a publication a feed wants: all of them, or those that match its patterns.
 * Watches that a table stays the same one: after a rename, a swap or a new table of an old name,
 * the destination's rows are not those of the source any more, and nothing in the stream says so.
 * Not for several threads.
 */
final class TableSelection {
  private final List<TablePattern> patterns;
  private final Map<Integer, PublishedTable> tablesByOid;
  private final Map<TableId, PublishedTable> tablesByName;
  private final Map<Integer, Admission> admissions = new HashMap<>();

  private record Admission(Relation relation, boolean wanted) {}

  /** Takes the tables as the catalog knows them at the start. */
  TableSelection(List<String> patterns, List<PublishedTable> tables) {
    this.patterns = patterns.stream().map(TablePattern::parse).toList();
    List<PublishedTable> wanted = tables.stream().filter(it -> includes(it.table())).toList();
    this.tablesByOid =
        wanted.stream().collect(Collectors.toMap(PublishedTable::oid, Function.identity()));
    this.tablesByName =
        wanted.stream().collect(Collectors.toMap(PublishedTable::table, Function.identity()));
  }

  /** Those of the start. */
  List<PublishedTable> tables() {
    return List.copyOf(tablesByOid.values());
  }

  boolean includes(TableId table) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(table));
  }

  /**
   * The same, remembered, since it is asked for each row.
   *
   * @throws WalferryException {@code SOURCE_TABLE_REPLACED}
   */
  @SuppressWarnings("ReferenceEquality") // One object for each announcement; asked for each row.
  boolean includes(Relation relation) {
    Admission last = admissions.get(relation.oid());
    if (last == null || last.relation() != relation) {
      last = new Admission(relation, admit(relation));
      admissions.put(relation.oid(), last);
    }
    return last.wanted();
  }

  private boolean admit(Relation relation) {
    PublishedTable sameOid = tablesByOid.get(relation.oid());
    if (sameOid != null && !sameOid.table().equals(relation.table())) {
      throw replaced(sameOid.table() + " is called " + relation.table() + " in the stream");
    }
    PublishedTable sameName = tablesByName.get(relation.table());
    if (sameName != null && sameName.oid() != relation.oid()) {
      throw replaced(relation.table() + " is another table of the same name in the stream");
    }
    return includes(relation.table());
  }

  private static WalferryException replaced(String how) {
    return new WalferryException(
        ErrorCode.SOURCE_TABLE_REPLACED, "a table was replaced at the source: " + how);
  }
}
