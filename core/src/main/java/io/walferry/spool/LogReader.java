package io.walferry.spool;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads the blocks of a {@link DurableLog} from its beginning, and waits for those that are still
 * to come. For one thread, but {@link #wake} may come from any.
 */
public final class LogReader implements AutoCloseable {
  /** A segment, and how much of it is there. */
  record Reach(Segment segment, long bytes) {
    boolean isBehind(Boundary boundary) {
      long number = segment.head().number();
      return number > boundary.number()
          || (number == boundary.number() && bytes > boundary.bytes());
    }
  }

  private final LogIndex log;
  private final Path directory;
  private final NanoClock clock;
  private volatile Segment segment;
  private Optional<RecordFile> records = Optional.empty();
  private volatile boolean woken;

  /** What it was last allowed to read. With the next field it belongs to the log's lock. */
  private Optional<Reach> allowed = Optional.empty();

  private boolean cutOff;

  LogReader(LogIndex log, Path directory, NanoClock clock, Segment first) {
    this.log = log;
    this.directory = directory;
    this.clock = clock;
    this.segment = first;
  }

  /** The clock that {@link #next} waits by. */
  public NanoClock clock() {
    return clock;
  }

  Segment segment() {
    return segment;
  }

  long readBytes() {
    return records.map(RecordFile::readBytes).orElse(0L);
  }

  void mayRead(Reach reach) {
    allowed = Optional.of(reach);
  }

  /** Whether it may have read what is behind a place. */
  boolean mayHaveRead(Boundary boundary) {
    return allowed.filter(reach -> reach.isBehind(boundary)).isPresent();
  }

  /** What it has read is not there any more. */
  void cutOff() {
    cutOff = true;
  }

  boolean isCutOff() {
    return cutOff;
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
        closeRecords();
        segment = readable.segment();
        records = Optional.of(segment.open());
        records.get().grownTo(readable.bytes());
        records.get().next();
        return Optional.empty();
      }
      records.get().grownTo(readable.bytes());
      ByteBuffer record = records.get().next();
      Segment.end(record);
      return log.isCutOff(this) ? Optional.empty() : Optional.of(Segment.content(record));
    } catch (DamagedRecordException e) {
      if (log.isCutOff(this)) {
        return Optional.empty();
      }
      throw LogRecovery.damaged(segment.path(), e);
    } catch (IOException e) {
      throw SpoolFailures.of("read " + segment.path(), directory, e);
    }
  }

  @Override
  public void close() {
    log.forget(this);
    closeRecords();
  }

  private void closeRecords() {
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
