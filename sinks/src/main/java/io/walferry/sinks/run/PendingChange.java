package io.walferry.sinks.run;

import io.walferry.change.Lsn;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.sinks.sql.RowLocation;

/**
 * One change that waits, or several of the same row that have become one; its rows are detached
 * from what was read with them.
 *
 * @param first commit of the source transaction that it belongs to, for messages
 * @param last the same, of the last transaction if they are several
 * @param before what the row is found by; the new row again where nothing is taken from it
 * @param after the new row; the old one again where there is none
 * @param byteSize of both rows together
 */
record PendingChange(ChangeShape shape, Lsn first, Lsn last, Row before, Row after, long byteSize) {
  /** Of one row only. */
  static PendingChange of(ChangeShape shape, TransactionHeader header, Row row) {
    Row own = row.detached();
    Lsn lsn = header.commitLsn();
    return new PendingChange(shape, lsn, lsn, own, own, own.byteSize());
  }

  /** Of an old row and a new one. */
  static PendingChange of(ChangeShape shape, TransactionHeader header, Row before, Row after) {
    Row old = before.detached();
    Row own = after.detached();
    Lsn lsn = header.commitLsn();
    return new PendingChange(shape, lsn, lsn, old, own, old.byteSize() + own.byteSize());
  }

  boolean isInsert() {
    return shape instanceof ChangeShape.Insert;
  }

  /** This row that comes or changes, and then an update of it that leaves its key alone. */
  PendingChange then(PendingChange update) {
    Row row = update.after.over(after);
    ChangeShape both = isInsert() ? shape : ChangeShape.update(RowLocation.NEW_KEY, row);
    return new PendingChange(both, first, update.last, row, row, row.byteSize());
  }
}
