package io.walferry.cli.feed;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A sink that ends its process at one step of a start, as SIGKILL would. */
final class HaltingSink implements Sink {
  /** The status of a process that SIGKILL has ended. */
  static final int STATUS = 137;

  /** What has been done last. */
  enum Step {
    /** The destination knows that a slot will be made. */
    NOTED,
    /** The slot is there, and the destination does not know. */
    SLOT_MADE,
    /** The destination knows its chunks, none of which was read. */
    PLANNED,
    /** So many chunks are there. */
    CHUNKS
  }

  private final Sink sink;
  private final Step step;
  private final AtomicInteger chunksLeft;
  private boolean noted;
  private boolean planned;

  HaltingSink(Sink sink, Step step, int chunks) {
    this.sink = sink;
    this.step = step;
    this.chunksLeft = new AtomicInteger(chunks);
  }

  private void haltAt(Step reached) {
    if (step == reached) {
      Runtime.getRuntime().halt(STATUS);
    }
  }

  @Override
  public SinkCapabilities capabilities() {
    return sink.capabilities();
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return sink.open(feed, claim);
  }

  @Override
  public void prepare(List<PublishedTable> tables) {
    sink.prepare(tables);
  }

  @Override
  public void resume(List<PublishedTable> tables) {
    sink.resume(tables);
  }

  @Override
  public void empty(PublishedTable table) {
    sink.empty(table);
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    noted |= entries.stream().anyMatch(entry -> entry.kind() == Kind.SLOT);
    planned |= entries.stream().anyMatch(entry -> entry.kind() == Kind.CHUNK);
    sink.note(entries);
  }

  @Override
  public void forget(TableId table, Set<Kind> kinds) {
    if (kinds.contains(Kind.SLOT)) {
      haltAt(Step.SLOT_MADE);
    }
    sink.forget(table, kinds);
  }

  @Override
  public ChunkWriter chunkWriter() {
    return new Writer(sink.chunkWriter());
  }

  @Override
  public void begin(TransactionHeader transaction) {
    sink.begin(transaction);
  }

  @Override
  public void append(Change change) {
    sink.append(change);
  }

  @Override
  public void commit(Position position) {
    sink.commit(position);
    if (planned) {
      haltAt(Step.PLANNED);
    } else if (noted) {
      haltAt(Step.NOTED);
    }
  }

  @Override
  public void close() {
    sink.close();
  }

  private final class Writer implements ChunkWriter {
    private final ChunkWriter writer;

    Writer(ChunkWriter writer) {
      this.writer = writer;
    }

    @Override
    public CopyFormat begin(PublishedTable table) {
      return writer.begin(table);
    }

    @Override
    public CopyFormat begin(PublishedTable table, RowKeys keys) {
      return writer.begin(table, keys);
    }

    @Override
    public void write(byte[] message) {
      writer.write(message);
    }

    @Override
    public void commit(LedgerEntry loaded) {
      writer.commit(loaded);
      if (chunksLeft.decrementAndGet() == 0) {
        haltAt(Step.CHUNKS);
      }
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
