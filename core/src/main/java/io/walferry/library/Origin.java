package io.walferry.library;

import io.walferry.change.Lsn;
import io.walferry.change.Xid;
import java.time.Instant;

/**
 * Where an event comes from. Transactions come in the order of their {@link #lsn}, so whoever
 * remembers the greatest one that it has dealt with knows a repetition: its transaction has that
 * one or a lesser one.
 *
 * @param snapshot whether it is a row that was there before, of a first or later load, and no
 *     change of a transaction
 * @param lsn where the transaction's commit starts; of a message outside any, a place within its
 *     record; of a snapshot's row, a place that its read has seen everything before
 * @param xid {@link Xid#NONE} for a snapshot's row, and for a message outside any transaction
 * @param commitTime by the source's clock; of a message outside any transaction, when it was sent;
 *     of a snapshot's row, when it was read, by this machine's
 * @param ordinal counts what was delivered of the transaction, or of the part of the snapshot, from
 *     0
 */
public record Origin(boolean snapshot, Lsn lsn, Xid xid, Instant commitTime, long ordinal) {
  /** For messages. */
  String display() {
    if (!snapshot && xid.equals(Xid.NONE)) {
      return lsn.toString();
    }
    return snapshot
        ? "row %d of a part of the snapshot at %s".formatted(ordinal, lsn)
        : "change %d of transaction %s (xid %s)".formatted(ordinal, lsn, xid);
  }
}
