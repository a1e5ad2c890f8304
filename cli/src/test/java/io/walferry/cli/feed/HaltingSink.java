package io.walferry.cli.feed;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A sink that ends its process at one step of a load, as SIGKILL would. */
final class HaltingSink implements ForwardingSink {
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
    CHUNKS,
    /** A table that is new to a feed under way was made, and none of its chunks is known. */
    MADE,
    /** So many tables have got other names, and the last one's is not noted. */
    RENAMED
  }

  private final Sink sink;
  private final Step step;
  private final AtomicInteger left;
  private boolean follows;
  private boolean noted;
  private boolean planned;

  HaltingSink(Sink sink, Step step, int count) {
    this.sink = sink;
    this.step = step;
    this.left = new AtomicInteger(count);
  }

  @Override
  public Sink target() {
    return sink;
  }

  private void haltAt(Step reached) {
    if (step == reached) {
      Runtime.getRuntime().halt(STATUS);
    }
  }

  private void count(Step reached) {
    if (step == reached && left.decrementAndGet() == 0) {
      haltAt(reached);
    }
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    SinkState state = sink.open(feed, claim);
    follows = state instanceof SinkState.Following;
    return state;
  }

  @Override
  public void prepare(List<PublishedTable> tables) {
    sink.prepare(tables);
    if (follows && !tables.isEmpty()) {
      haltAt(Step.MADE);
    }
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    noted |= entries.stream().anyMatch(entry -> entry.kind() == Kind.SLOT);
    planned |= entries.stream().anyMatch(entry -> entry.kind() == Kind.CHUNK);
    sink.note(entries);
  }

  @Override
  public void rename(TableId table, TableId to) {
    sink.rename(table, to);
    count(Step.RENAMED);
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
  public void commit(Position position) {
    sink.commit(position);
    if (planned) {
      haltAt(Step.PLANNED);
    } else if (noted) {
      haltAt(Step.NOTED);
    }
  }

  private final class Writer implements ForwardingChunkWriter {
    private final ChunkWriter writer;

    Writer(ChunkWriter writer) {
      this.writer = writer;
    }

    @Override
    public ChunkWriter target() {
      return writer;
    }

    @Override
    public void commit(LedgerEntry loaded) {
      writer.commit(loaded);
      count(Step.CHUNKS);
    }
  }
}
