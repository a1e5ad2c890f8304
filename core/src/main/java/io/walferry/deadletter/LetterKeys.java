package io.walferry.deadletter;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * By which columns rows are known that were refused: those of the replica identity, or of the
 * primary key where old rows come whole or not at all. A row can be read again at the source by
 * them. Not for several threads.
 */
final class LetterKeys {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int RELATIONS_MAX = 256;

  private final Map<TableId, List<String>> primaryKeys = new HashMap<>();
  private final IdentityHashMap<Relation, Relation> keyed = new IdentityHashMap<>();

  void know(List<PublishedTable> tables) {
    tables.forEach(table -> primaryKeys.put(table.table(), table.primaryKey()));
    keyed.clear();
  }

  /** Columns of a key keep what they tell under another name. */
  void alter(TableAlteration alteration) {
    for (ColumnChange change : alteration.changes()) {
      if (change instanceof ColumnChange.Renamed(var name, var to)) {
        primaryKeys.computeIfPresent(
            alteration.table(),
            (table, key) -> key.stream().map(it -> it.equals(name) ? to : it).toList());
      }
    }
    keyed.clear();
  }

  void rename(TableId table, TableId to) {
    Optional.ofNullable(primaryKeys.remove(table)).ifPresent(key -> primaryKeys.put(to, key));
    keyed.clear();
  }

  /** Of a row of a load. */
  static List<String> of(PublishedTable table) {
    return table.replicaIdentity() == ReplicaIdentity.INDEX
        ? table.identityColumns()
        : table.primaryKey();
  }

  /** In no special order. */
  List<String> of(Relation relation) {
    return switch (relation.replicaIdentity()) {
      case DEFAULT, INDEX ->
          relation.columns().stream().filter(Column::key).map(Column::name).toList();
      case FULL, NOTHING -> primaryKeys.getOrDefault(relation.table(), List.of());
    };
  }

  /**
   * The relation with rows that are found by these columns, whatever the source sends of old rows.
   */
  Relation keyed(Relation relation) {
    if (relation.replicaIdentity() == ReplicaIdentity.DEFAULT) {
      return relation;
    }
    if (keyed.size() >= RELATIONS_MAX) {
      keyed.clear();
    }
    return keyed.computeIfAbsent(
        relation,
        it -> {
          List<String> key = of(it);
          List<Column> columns =
              it.columns().stream()
                  .map(
                      column ->
                          new Column(
                              column.name(),
                              column.typeOid(),
                              column.typeModifier(),
                              key.contains(column.name())))
                  .toList();
          return new Relation(it.oid(), it.table(), ReplicaIdentity.DEFAULT, columns);
        });
  }

  /**
   * The keys of all rows that are not as they should be for want of this change: of two if it moves
   * a row to another key. One that is empty is not known.
   */
  List<Optional<String>> of(Change change) {
    return switch (change) {
      case Change.Insert(var relation, var after) ->
          List.of(LetterText.key(relation, of(relation), after));
      case Change.Update(var relation, var before, var after) -> {
        List<String> columns = of(relation);
        Optional<String> last = LetterText.key(relation, columns, after);
        List<Optional<String>> keys = new ArrayList<>();
        old(before).map(row -> LetterText.key(relation, columns, row)).ifPresent(keys::add);
        if (!keys.contains(last)) {
          keys.add(last);
        }
        yield keys;
      }
      case Change.Delete(var relation, var before) ->
          List.of(old(before).flatMap(row -> LetterText.key(relation, of(relation), row)));
      case Change.Truncate truncate -> List.of();
      case Change.Message message -> List.of();
    };
  }

  private static Optional<Row> old(OldRow before) {
    return switch (before) {
      case OldRow.Full(Row row) -> Optional.of(row);
      case OldRow.Key(Row row) -> Optional.of(row);
      case OldRow.Absent absent -> Optional.empty();
    };
  }
}
