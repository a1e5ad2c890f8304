package io.walferry.slot;

import java.util.Optional;

/**
 * What decoding for a slot has taken since its statistics were reset ({@code
 * pg_stat_replication_slots}, 14 and up).
 *
 * @param spilledTransactions that did not fit into {@code logical_decoding_work_mem}, so that the
 *     server wrote them to its disk
 * @param spilledBytes of them; a transaction counts each time it is decoded
 * @param streamedTransactions that were sent in parts, while they were in progress
 */
public record DecodingStats(
    long spilledTransactions,
    long spilledBytes,
    long streamedTransactions,
    long streamedBytes,
    long totalTransactions,
    long totalBytes) {
  /** Spilling more than this, and more than a tenth of all, is worth a look. */
  public static final long MUCH_BYTES = 1L << 30;

  private static final long MEBIBYTE = 1L << 20;
  private static final int PERCENT = 100;
  private static final int PERCENT_MUCH = 10;

  /** What an operator should know of it, as a sentence without a subject; empty if all is well. */
  public Optional<String> concern() {
    long percent = totalBytes == 0 ? 0 : Math.round((double) PERCENT * spilledBytes / totalBytes);
    if (spilledBytes <= MUCH_BYTES || percent <= PERCENT_MUCH) {
      return Optional.empty();
    }
    return Optional.of(
        "made the server write "
            + spilledBytes / MEBIBYTE
            + " MiB to its disk to decode "
            + totalBytes / MEBIBYTE
            + " MiB, in "
            + spilledTransactions
            + " transactions");
  }
}
