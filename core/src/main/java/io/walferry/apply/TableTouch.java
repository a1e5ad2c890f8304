package io.walferry.apply;

import io.walferry.change.Change;
import io.walferry.change.KeyHash;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.sink.ChangeOrder;

/** What the changes of one relation touch. */
final class TableTouch {
  private final ChangeOrder order;
  private final KeyHash keys;
  private final long table;

  TableTouch(Relation relation, ChangeOrder order) {
    this.order = order;
    this.keys = new KeyHash(relation);
    this.table = relation.table().hashCode() * 0x9E3779B97F4A7C15L;
  }

  /** Whether a change may be applied beside other tables' changes that come before it. */
  boolean isBounded() {
    return order != ChangeOrder.OVERALL;
  }

  void add(Change change, Footprint footprint) {
    if (order == ChangeOrder.BY_TABLE) {
      footprint.add(table);
      return;
    }
    switch (change) {
      case Change.Insert insert -> add(insert.after(), footprint);
      case Change.Update update -> {
        add(update.before(), footprint);
        add(update.after(), footprint);
      }
      case Change.Delete delete -> add(delete.before(), footprint);
      case Change.Truncate truncate -> footprint.add(table);
      case Change.Message message -> {}
    }
  }

  private void add(OldRow old, Footprint footprint) {
    switch (old) {
      case OldRow.Full full -> add(full.row(), footprint);
      case OldRow.Key key -> add(key.row(), footprint);
      case OldRow.Absent absent -> {}
    }
  }

  private void add(Row row, Footprint footprint) {
    footprint.add(keys.of(row) ^ table);
  }
}
