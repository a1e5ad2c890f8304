package io.walferry.sinks.postgres;

import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.sinks.run.PendingChanges;
import io.walferry.sinks.run.TableChanges;
import io.walferry.sinks.table.KeptColumns;

/**
 * Where the changes of one relation go.
 *
 * @param shape of the table as it was found
 * @param columns of the relation that go there
 * @param notNull those of them that take no NULL yet
 */
record TableWriter(
    TableShape shape, KeptColumns columns, NotNullColumns notNull, TableChanges changes) {
  void insert(PendingChanges pending, TransactionHeader transaction, Row after) {
    pending.insert(changes, transaction, admitted(after));
  }

  void update(PendingChanges pending, TransactionHeader transaction, OldRow before, Row after) {
    pending.update(changes, transaction, columns.of(before), admitted(after));
  }

  void delete(PendingChanges pending, TransactionHeader transaction, OldRow before) {
    pending.delete(changes, transaction, columns.of(before));
  }

  private Row admitted(Row after) {
    Row kept = columns.of(after);
    notNull.admit(kept);
    return kept;
  }
}
