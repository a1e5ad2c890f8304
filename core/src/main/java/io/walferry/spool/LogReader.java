package io.walferry.spool;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads the blocks of a {@link DurableLog} from its beginning, and waits for those that are still
 * to come. For one thread, but {@link #wake} may come from any.
 */
public final class LogReader implements AutoCloseable {
  /** A segment, and how much of it is there. */
  record Reach(Segment segment, long bytes) {}

  private final DurableLog log;
  private Segment segment;
  private Optional<RecordFile> records = Optional.empty();
  private long cuts;
  private volatile boolean woken;

  LogReader(DurableLog log, Segment first, long cuts) {
    this.log = log;
    this.segment = first;
    this.cuts = cuts;
  }

  Segment segment() {
    return segment;
  }

  long readBytes() {
    return records.map(RecordFile::readBytes).orElse(0L);
  }

  long cutsSeen() {
    return cuts;
  }

  void seen(long newCuts) {
    cuts = newCuts;
  }

  /** From now on {@link #next} finds nothing and does not wait. */
  public void wake() {
    woken = true;
    log.wakeReaders();
  }

  public boolean isWoken() {
    return woken;
  }

  /**
   * The next block; empty if none came within the time, or if whoever waits was woken.
   *
   * @throws WalferryException {@code SPOOL_DAMAGED} if it is not what was written; {@code
   *     CONNECTION_LOST} if a transaction that was read in part was cut off; or why the log has
   *     ended, behind its last block
   */
  public Optional<ByteBuffer> next(Duration atMost) throws InterruptedException {
    while (true) {
      Optional<Reach> readable = log.await(this, atMost.toNanos());
      if (readable.isEmpty()) {
        return Optional.empty();
      }
      Optional<ByteBuffer> block = read(readable.get());
      if (block.isPresent()) {
        return block;
      }
    }
  }

  /** Empty for the head of a segment, and if the end was cut off meanwhile. */
  private Optional<ByteBuffer> read(Reach readable) {
    try {
      if (readable.segment() != segment || records.isEmpty()) {
        close();
        segment = readable.segment();
        records = Optional.of(segment.open());
        records.get().grownTo(readable.bytes());
        records.get().next();
        return Optional.empty();
      }
      records.get().grownTo(readable.bytes());
      ByteBuffer record = records.get().next();
      Segment.end(record);
      return Optional.of(Segment.content(record));
    } catch (IOException e) {
      if (log.hasCutSince(this)) {
        return Optional.empty();
      }
      throw new WalferryException(
          ErrorCode.SPOOL_DAMAGED,
          "the spool's segment " + segment.path() + " cannot be read: " + e,
          e);
    }
  }

  @Override
  public void close() {
    try {
      if (records.isPresent()) {
        records.get().close();
      }
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.SPOOL_FAILED, "could not close " + segment.path() + ": " + e, e);
    } finally {
      records = Optional.empty();
    }
  }
}
