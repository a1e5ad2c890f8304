package io.walferry.sinks.table;

import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The columns of a relation that a destination takes, while others are left out of its rows. */
public final class KeptColumns {
  private final Relation relation;
  private final List<Integer> columns;
  private final boolean all;

  private KeptColumns(Relation relation, List<Integer> columns, boolean all) {
    this.relation = relation;
    this.columns = columns;
    this.all = all;
  }

  /** Every column. */
  public static KeptColumns all(Relation relation) {
    return of(relation, column -> true);
  }

  /** Those of these names; and those by which rows are found, without which there is no way. */
  public static KeptColumns of(Relation relation, Predicate<String> kept) {
    List<Integer> columns =
        IntStream.range(0, relation.columns().size())
            .filter(i -> isKept(relation, relation.columns().get(i), kept))
            .boxed()
            .toList();
    if (columns.size() == relation.columns().size()) {
      return new KeptColumns(relation, columns, true);
    }
    Relation narrower =
        new Relation(
            relation.oid(),
            relation.table(),
            relation.replicaIdentity(),
            columns.stream().map(relation.columns()::get).toList());
    return new KeptColumns(narrower, columns, false);
  }

  private static boolean isKept(Relation relation, Column column, Predicate<String> kept) {
    // Where old rows come whole, every column is said to be in the key, and rows are found without.
    boolean found = column.key() && relation.replicaIdentity() != ReplicaIdentity.FULL;
    return found || kept.test(column.name());
  }

  /** What rows belong to that were made here. */
  public Relation relation() {
    return relation;
  }

  public Row of(Row row) {
    return all ? row : row.select(columns);
  }

  public OldRow of(OldRow old) {
    return switch (old) {
      case OldRow.Full(Row row) -> new OldRow.Full(of(row));
      case OldRow.Key(Row row) -> new OldRow.Key(of(row));
      case OldRow.Absent absent -> absent;
    };
  }
}
