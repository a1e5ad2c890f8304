package io.walferry.sink;

import io.walferry.change.Row;
import io.walferry.publication.PublishedTable;
import java.util.function.Consumer;

/**
 * Reads rows from COPY's text and puts them into a destination that takes one chunk at a time.
 *
 * <p>The monitor is held while a row is put there, so that {@link #close} from another thread does
 * not take the destination away in the middle of a call; it is not held while a chunk waits for its
 * turn.
 */
public final class TextChunkWriter implements ChunkWriter {
  private final ChunkTarget target;
  private final Turns turns;
  private CopyTextParser parser = new CopyTextParser(0, "nothing");
  private Consumer<Row> rows = row -> {};
  private boolean hasTurn;
  private volatile boolean closed;

  /** Shares the turns with every other writer of the same target. */
  public TextChunkWriter(ChunkTarget target, Turns turns) {
    this.target = target;
    this.turns = turns;
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    turns.take(() -> closed);
    synchronized (this) {
      hasTurn = true;
      if (closed) {
        giveTurnBack();
        throw Turns.givenUp();
      }
      parser = new CopyTextParser(table.columns().size(), table.toString());
      rows = target.beginChunk(table);
    }
    return CopyFormat.TEXT;
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    CopyFormat format = begin(table);
    synchronized (this) {
      requireOpen();
      target.remove(table, keys);
    }
    return format;
  }

  @Override
  public synchronized void write(byte[] message) {
    requireOpen();
    if (closed) {
      throw Turns.givenUp();
    }
    rows.accept(parser.parse(message));
  }

  @Override
  public synchronized void commit(LedgerEntry loaded) {
    requireOpen();
    target.commitChunk(loaded);
    giveTurnBack();
  }

  @Override
  public void giveUp() {
    closed = true;
    turns.wake();
    target.giveUp();
  }

  @Override
  public void close() {
    closed = true;
    turns.wake();
    synchronized (this) {
      if (hasTurn) {
        try {
          target.dropChunk();
        } finally {
          giveTurnBack();
        }
      }
    }
  }

  private void giveTurnBack() {
    hasTurn = false;
    turns.giveBack();
  }

  private void requireOpen() {
    if (!hasTurn) {
      throw new IllegalStateException("No chunk was begun, or the writer was closed");
    }
  }
}
