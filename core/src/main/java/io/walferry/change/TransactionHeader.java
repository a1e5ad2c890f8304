package io.walferry.change;

import java.time.Instant;

/**
 * What is known of a committed source transaction before its changes are read.
 *
 * @param xid {@link Xid#NONE} for a message outside any transaction, which comes as one of its own
 * @param commitLsn where the commit record starts; orders transactions. Positions use {@link
 *     Transaction#endLsn()} instead. Of a message outside any, a place within its record
 * @param commitTime by the source's clock, to the microsecond; of a message outside any, when it
 *     was sent
 */
public record TransactionHeader(Xid xid, Lsn commitLsn, Instant commitTime) {
  /** Whether it is one, and not a message outside of any. */
  public boolean isTransaction() {
    return !xid.equals(Xid.NONE);
  }
}
