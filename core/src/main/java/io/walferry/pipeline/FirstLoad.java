package io.walferry.pipeline;

import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.snapshot.RowBatch;
import io.walferry.snapshot.SlotSnapshot;
import io.walferry.snapshot.SnapshotLoad;
import io.walferry.snapshot.TableChunk;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the slot and brings every row that exists at its snapshot to the destination: publication
 * first, then slot, then reads, so that snapshot and stream meet exactly. Whatever goes wrong
 * before the destination has every row, what was made here at the source is dropped again as far as
 * the server can be reached: the slot's snapshot goes with this attempt.
 */
final class FirstLoad {
  private static final Logger LOG = LoggerFactory.getLogger(FirstLoad.class);
  private static final long CHUNK_BLOCKS = 2048;

  private final PipelineSettings settings;
  private final FeedSettings feed;
  private final FeedEnds ends;
  private final PipelineListener listener;
  private final StopSignal stop;

  FirstLoad(PipelineSettings settings, FeedEnds ends, PipelineListener listener, StopSignal stop) {
    this.settings = settings;
    this.feed = settings.feed();
    this.ends = ends;
    this.listener = listener;
    this.stop = stop;
  }

  Position run() {
    Position position = new PublishedTables(feed, ends.sql()).use(this::load);
    // From here on slot and publication stay: a commit that seems to have failed may have been
    // made.
    ends.sink().finishLoad(position);
    listener.loadFinished(position);
    return position;
  }

  private Position load(List<PublishedTable> tables) {
    boolean temporary = !ends.sink().capabilities().savesPosition();
    SlotSnapshot.SlotRequest request =
        new SlotSnapshot.SlotRequest(
            feed.slot(), temporary, tables, settings.loadReaders(), settings.stream().silenceMax());
    listener.waiting(
        "the slot " + feed.slot() + " is made as soon as running transactions have ended");
    try (SlotSnapshot snapshot =
        SlotSnapshot.take(ends.replication(), ends.source(), ends.sql(), request)) {
      return load(snapshot, tables);
    }
  }

  private Position load(SlotSnapshot snapshot, List<PublishedTable> tables) {
    try {
      ends.sink().startLoad(tables);
      listener.loadStarted(tables);
      transfer(snapshot);
    } catch (WalferryException e) {
      snapshot.discard(e);
      throw e;
    }
    return new Position(snapshot.slot().consistentPoint(), Xid.NONE);
  }

  private void transfer(SlotSnapshot snapshot) {
    List<TableChunk> chunks = snapshot.plan(CHUNK_BLOCKS);
    try (SnapshotLoad load = snapshot.read(chunks, settings.stream().bufferBytesMax())) {
      long rows = stop.during(() -> drain(load), load::interrupt);
      LOG.debug("First load: {} rows in {} chunks", rows, chunks.size());
    }
  }

  private long drain(SnapshotLoad load) {
    long rows = 0;
    Optional<RowBatch> next = load.next();
    while (next.isPresent()) {
      RowBatch batch = next.get();
      ends.sink().load(batch.table(), batch.rows());
      rows += batch.rows().size();
      listener.rowsLoaded(batch.table().table(), batch.rows().size(), batch.byteSize());
      next = load.next();
    }
    return rows;
  }
}
