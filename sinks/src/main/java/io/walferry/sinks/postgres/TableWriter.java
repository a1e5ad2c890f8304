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
 */
record TableWriter(TableShape shape, KeptColumns columns, TableChanges changes) {
  void insert(PendingChanges pending, TransactionHeader transaction, Row after) {
    pending.insert(changes, transaction, columns.of(after));
  }

  void update(PendingChanges pending, TransactionHeader transaction, OldRow before, Row after) {
    pending.update(changes, transaction, columns.of(before), columns.of(after));
  }

  void delete(PendingChanges pending, TransactionHeader transaction, OldRow before) {
    pending.delete(changes, transaction, columns.of(before));
  }
}
