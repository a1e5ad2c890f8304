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
  /** More than this is worth a look. */
  public static final long MUCH_BYTES = 1L << 30;

  private static final long MEBIBYTE = 1L << 20;

  /** What an operator should know of it, as a sentence without a subject; empty if all is well. */
  public Optional<String> concern() {
    String kept = "keeps " + retainedBytes / MEBIBYTE + " MiB of WAL";
    String left =
        safeBytes.isPresent()
            ? "; it may be lost after " + safeBytes.getAsLong() / MEBIBYTE + " MiB more"
            : "";
    if (status.equals(Optional.of(Status.LOST))) {
      return Optional.of("is lost");
    }
    if (status.equals(Optional.of(Status.UNRESERVED))) {
      return Optional.of(kept + ", which the next checkpoint may remove");
    }
    if (status.equals(Optional.of(Status.EXTENDED))) {
      return Optional.of(kept + ", beyond max_wal_size" + left);
    }
    return retainedBytes > MUCH_BYTES ? Optional.of(kept + left) : Optional.empty();
  }

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
