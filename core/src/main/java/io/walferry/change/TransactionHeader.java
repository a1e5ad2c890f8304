package io.walferry.change;

import java.time.Instant;

/**
 * What is known of a committed source transaction before its changes are read.
 *
 * @param commitLsn where the commit record starts; orders transactions. Positions use {@link
 *     Transaction#endLsn()} instead
 * @param commitTime by the source's clock, to the microsecond
 */
public record TransactionHeader(Xid xid, Lsn commitLsn, Instant commitTime) {}
