package io.walferry.sink;

import io.walferry.change.Row;
import io.walferry.publication.PublishedTable;
import java.util.function.Consumer;

/** Takes the rows of one chunk after the other; by several threads, but never at the same time. */
public interface ChunkTarget {
  /**
   * Begins a destination transaction, behind the fence.
   *
   * @return takes the rows, with the table's columns
   */
  Consumer<Row> beginChunk(PublishedTable table);

  /** Removes those of some rows that are there, right after {@link #beginChunk}. */
  void remove(PublishedTable table, RowKeys keys);

  /** Attempts with the rows of a chunk, where the destination has them. */
  default RowAttempts attempts() {
    throw new UnsupportedOperationException("This destination takes nothing back");
  }

  /** Ends the transaction with a line of the ledger. */
  void commitChunk(LedgerEntry loaded);

  /** Whatever waits in a call is not worth it any more. Returns at once, from any thread. */
  default void giveUp() {}

  /** Drops what came since {@link #beginChunk}, even if that has failed. */
  void dropChunk();
}
