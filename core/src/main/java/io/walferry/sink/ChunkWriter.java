package io.walferry.sink;

import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import java.util.Set;

/**
 * Takes parts of tables, one after the other, from one thread; several writers of a sink may be at
 * work side by side.
 *
 * <pre>
 * ( offer* begin ( write | setAside )* commit )*  close
 * </pre>
 *
 * <p>A chunk is one destination transaction: it holds the fence as {@link Sink#commit} does, but
 * not against the other writers. After any exception the only call left is {@link #close}.
 */
public interface ChunkWriter extends AutoCloseable {
  /**
   * The forms in which the rows of the chunks that follow can come; at first that is all. A writer
   * that always wants text need not listen.
   *
   * @param forms text at least
   */
  default void offer(Set<CopyFormat> forms) {}

  /**
   * Begins a chunk; waits for its turn where the destination takes only one at a time.
   *
   * @return in which form the rows are wanted
   */
  CopyFormat begin(PublishedTable table);

  /**
   * Begins a chunk that takes the place of some rows: those that are there go first. Only where the
   * sink {@link SinkCapabilities#replacesRows says so}.
   *
   * @param keys of rows that may be there or not
   */
  CopyFormat begin(PublishedTable table, RowKeys keys);

  /**
   * Takes one message of COPY, with the table's columns in their order: in text form one line. The
   * array belongs to the writer from now on.
   */
  void write(byte[] message);

  /**
   * Takes a line that must not be written, since it is not all UTF-8: keeps it among the dead
   * letters, durable with the chunk. In the place of {@link #write}, and of text form only.
   *
   * @param why {@code SOURCE_TEXT_INVALID}
   * @throws WalferryException this one, if there are no dead letters
   */
  default void setAside(byte[] message, WalferryException why) {
    throw why;
  }

  /** Makes the chunk's rows and this line of the ledger durable together. */
  void commit(LedgerEntry loaded);

  /**
   * Nothing is worth waiting for any more, since the load ends early: a call of another thread that
   * waits for its turn, or for somebody else, fails, and so does every later one. One that is at
   * work finishes. Returns at once, from any thread.
   */
  default void giveUp() {}

  /** Drops a chunk that was not committed. May come from another thread while a call waits. */
  @Override
  void close();
}
