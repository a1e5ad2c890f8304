package io.walferry.bench.follow;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import java.util.List;
import java.util.Set;

/** Reads every column and keeps nothing; one sink sees a whole run. */
final class ColumnSink implements Sink {
  private final ChangeReader reader;
  private final boolean savesPosition;

  ColumnSink(ChangeReader reader) {
    this(reader, false);
  }

  /**
   * Reads what this reader reads.
   *
   * @param savesPosition what the pipeline is told, which feeds no other sink from a durable spool;
   *     nobody asks a sink that is closed after the run where it was
   */
  ColumnSink(ChangeReader reader, boolean savesPosition) {
    this.reader = reader;
    this.savesPosition = savesPosition;
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(savesPosition, false);
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return SinkState.Fresh.FRESH;
  }

  @Override
  public void prepare(List<PublishedTable> tables) {}

  @Override
  public void resume(List<PublishedTable> tables) {}

  @Override
  public void empty(PublishedTable table) {}

  @Override
  public void note(List<LedgerEntry> entries) {}

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {}

  /** The benchmark follows a slot that is there. */
  @Override
  public ChunkWriter chunkWriter() {
    throw new UnsupportedOperationException("This sink takes no existing rows");
  }

  @Override
  public void begin(TransactionHeader transaction) {
    reader.begin(transaction);
  }

  @Override
  public void append(Change change) {
    reader.read(change);
  }

  @Override
  public void commit(Position position) {}

  @Override
  public void close() {}
}
