package io.walferry.slot;

import io.walferry.change.Lsn;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The write-ahead log that a slot keeps the server from removing.
 *
 * @param restartLsn from where on the WAL is kept; empty if the slot keeps none (any more)
 * @param confirmedFlushLsn up to where the consumer has everything; empty for physical slots
 * @param status empty before 13, and for slots that keep nothing
 * @param retainedBytes from {@code restartLsn} to the WAL's end; 0 if it keeps none
 * @param safeBytes that can still be written before the slot may be lost; empty without a limit
 */
public record RetainedWal(
    Optional<Lsn> restartLsn,
    Optional<Lsn> confirmedFlushLsn,
    Optional<Status> status,
    long retainedBytes,
    OptionalLong safeBytes) {
  /** {@code wal_status}. */
  public enum Status {
    /** Within {@code max_wal_size}. */
    RESERVED,
    /** Beyond {@code max_wal_size}, but kept. */
    EXTENDED,
    /** No longer kept; the next checkpoint may remove it. */
    UNRESERVED,
    /** Needed WAL is gone. */
    LOST
  }
}
