package io.walferry.sink;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import java.util.List;

/**
 * What was done to the columns of a followed table between two of its changes.
 *
 * @param before the table as its last change had it; which columns are in its replica identity is
 *     not known
 * @param after the table as the next change has it
 * @param changes to be made one after the other
 * @param loaded whether the table has no rows that count, and is loaded behind it: then a column
 *     that is not there does not matter, since the load makes what is missing
 */
public record TableAlteration(
    Relation before, Relation after, List<ColumnChange> changes, boolean loaded) {
  public TableAlteration {
    changes = List.copyOf(changes);
  }

  public TableId table() {
    return after.table();
  }
}
