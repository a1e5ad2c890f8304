package io.walferry.type;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.DidYouMean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of a relation with their types, made once for all rows of that relation. Immutable.
 */
public final class RowType {
  private final Relation relation;
  private final List<PgType> types;
  private final Map<String, Integer> positions = new HashMap<>();

  public RowType(Relation relation, TypeCatalog catalog) {
    this.relation = relation;
    List<PgType> found = new ArrayList<>(relation.columns().size());
    for (int i = 0; i < relation.columns().size(); i++) {
      found.add(catalog.type(relation.columns().get(i).typeOid()));
      positions.put(relation.columns().get(i).name(), i);
    }
    this.types = List.copyOf(found);
  }

  /**
   * A row of the relation, to be read with types. Nothing is decoded yet.
   *
   * @throws IllegalArgumentException if the row has another number of columns
   */
  public TypedRow over(Row row) {
    if (row.columnCount() != types.size()) {
      throw new IllegalArgumentException(
          "A row of %d columns for the %d of table %s"
              .formatted(row.columnCount(), types.size(), relation));
    }
    return new TypedRow(this, row);
  }

  public Relation relation() {
    return relation;
  }

  /** The type of the column at a position, from 0. */
  public PgType type(int column) {
    return types.get(column);
  }

  /**
   * Where a column is, from 0.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public int position(String name) {
    Integer position = positions.get(name);
    if (position == null) {
      throw new IllegalArgumentException(
          "Table %s has no column '%s'%s"
              .formatted(relation, name, DidYouMean.suffix(name, positions.keySet())));
    }
    return position;
  }

  /** For messages. */
  String describe(int column) {
    return "Column " + relation + "." + relation.columns().get(column).name();
  }
}
