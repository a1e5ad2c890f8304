package io.walferry.sink;

import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads rows from COPY's text and puts them into a destination that takes one chunk at a time.
 *
 * <p>The monitor is held while a row is put there, so that {@link #close} from another thread does
 * not take the destination away in the middle of a call; it is not held while a chunk waits for its
 * turn.
 */
public final class TextChunkWriter implements RevocableChunkWriter {
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
  public RowAttempts attempts() {
    return new Guarded(target.attempts());
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

  /** The target's attempts, for as long as it has the chunk. */
  private final class Guarded implements RowAttempts {
    private final RowAttempts attempts;

    Guarded(RowAttempts attempts) {
      this.attempts = attempts;
    }

    @Override
    public void attempt() {
      whileOpen(attempts::attempt);
    }

    @Override
    public void accept() {
      whileOpen(attempts::accept);
    }

    @Override
    public void takeBack() {
      whileOpen(attempts::takeBack);
    }

    @Override
    public long bury(DeadLetter letter) {
      synchronized (TextChunkWriter.this) {
        requireOpen();
        return attempts.bury(letter);
      }
    }

    @Override
    public long letters() {
      synchronized (TextChunkWriter.this) {
        requireOpen();
        return attempts.letters();
      }
    }

    @Override
    public void absolve(TableId table, List<String> keys) {
      whileOpen(() -> attempts.absolve(table, keys));
    }

    @Override
    public void rename(TableId table, TableId to) {
      whileOpen(() -> attempts.rename(table, to));
    }

    @Override
    public void absolve(List<TableId> tables) {
      whileOpen(() -> attempts.absolve(tables));
    }

    private void whileOpen(Runnable call) {
      synchronized (TextChunkWriter.this) {
        requireOpen();
        call.run();
      }
    }
  }
}
