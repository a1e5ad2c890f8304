package io.walferry.sinks.run;

import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;

/**
 * One change that waits, its rows detached from what was read with them.
 *
 * @param header of the source transaction, for messages
 * @param before what the row is found by; the new row again where nothing is taken from it
 * @param after the new row; the old one again where there is none
 * @param byteSize of both together
 */
record PendingChange(
    ChangeShape shape, TransactionHeader header, Row before, Row after, long byteSize) {
  /** Of one row only. */
  static PendingChange of(ChangeShape shape, TransactionHeader header, Row row) {
    Row own = row.detached();
    return new PendingChange(shape, header, own, own, own.byteSize());
  }

  /** Of an old row and a new one. */
  static PendingChange of(ChangeShape shape, TransactionHeader header, Row before, Row after) {
    Row old = before.detached();
    Row own = after.detached();
    return new PendingChange(shape, header, old, own, old.byteSize() + own.byteSize());
  }
}
