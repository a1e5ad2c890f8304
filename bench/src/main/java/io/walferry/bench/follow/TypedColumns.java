package io.walferry.bench.follow;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import java.util.IdentityHashMap;

/**
 * Decodes every column to the Java value of its type. The loads have types of PostgreSQL itself
 * only. Not for several threads.
 */
final class TypedColumns implements RowReader {
  private static final int COLUMNS_KEPT = 64;

  private final IdentityHashMap<Relation, RowType> types = new IdentityHashMap<>();

  /** The last values, or the compiler could leave their making out. */
  private final Object[] values = new Object[COLUMNS_KEPT];

  @Override
  public void read(Relation relation, Row row) {
    RowType type =
        types.computeIfAbsent(relation, known -> new RowType(known, TypeCatalog.BUILT_IN));
    TypedRow typed = type.over(row);
    for (int column = 0; column < row.columnCount(); column++) {
      if (!row.isNull(column) && !row.isUnchanged(column)) {
        values[column % COLUMNS_KEPT] = typed.get(column);
      }
    }
  }

  /** What came last; whoever uses it keeps the compiler from leaving the decoding out. */
  int kinds() {
    int kinds = 0;
    for (Object value : values) {
      kinds += value == null ? 0 : 1;
    }
    return kinds;
  }
}
