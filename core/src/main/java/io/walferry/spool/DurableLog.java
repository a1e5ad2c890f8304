package io.walferry.spool;

import io.walferry.change.Lsn;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Committed transactions that survive the process and the machine, in the order of their commits,
 * until whoever reads them has them: blocks of bytes in segment files of one directory, which
 * belongs to one process at a time. What the blocks say is not known here, but where each ends in
 * the source's log.
 *
 * <p>Segments are written one after the other and go one after the other. A block is read back only
 * if its checksum fits; what a crash has torn off at the end was never said to be durable.
 *
 * <p>One thread writes ({@link #begin}, {@link #append}, {@link #startSegment}, {@link #sync},
 * {@link #cut}), another one reads and releases. The rest may come from any.
 */
public final class DurableLog implements AutoCloseable {
  private static final long SEGMENT_BYTES_MAX = 64L << 20;
  private static final int SEGMENTS_MIN = 16;

  private final SpoolDirectory directory;
  private final long bytesMax;
  private final long segmentBytes;
  private final SegmentFiles files;
  private final LogIndex index;

  /** Of the newest segment, once something is written. This and the rest: writing thread only. */
  private Optional<RecordFile> file = Optional.empty();

  private Optional<Boundary> synced;

  /** Whether what was written last is part of a transaction that goes on. */
  private boolean open;

  /** Since then what is on disk is not known. */
  private boolean failed;

  private DurableLog(
      SpoolDirectory directory,
      long bytesMax,
      long segmentBytes,
      SegmentFiles files,
      LogRecovery.Recovered found) {
    this.files = files;
    this.directory = directory;
    this.bytesMax = bytesMax;
    this.segmentBytes = segmentBytes;
    this.index = new LogIndex(directory.path(), found);
    this.synced = found.last();
  }

  /**
   * Opens what is there, and takes the directory for this process.
   *
   * @param bytesMax of all segments together
   * @param compression of what is appended
   * @throws WalferryException {@code SPOOL_BUSY} if another process has it; {@code SPOOL_DAMAGED},
   *     {@code SPOOL_FORMAT} or {@code SPOOL_FAILED}
   */
  public static DurableLog open(Path directory, long bytesMax, Compression compression) {
    return open(directory, bytesMax, segmentBytes(bytesMax), files(compression), false);
  }

  /** Opens it with nothing in it, whatever is there. */
  public static DurableLog openEmpty(Path directory, long bytesMax, Compression compression) {
    return open(directory, bytesMax, segmentBytes(bytesMax), files(compression), true);
  }

  static DurableLog open(Path directory, long bytesMax, long segmentBytes, SegmentFiles files) {
    return open(directory, bytesMax, segmentBytes, files, false);
  }

  private static SegmentFiles files(Compression compression) {
    compression.require();
    return SegmentFiles.of(compression);
  }

  private static long segmentBytes(long bytesMax) {
    return Math.min(SEGMENT_BYTES_MAX, bytesMax / SEGMENTS_MIN);
  }

  private static DurableLog open(
      Path path, long bytesMax, long segmentBytes, SegmentFiles files, boolean empty) {
    try {
      SpoolDirectory directory = SpoolDirectory.take(path);
      try {
        if (empty) {
          for (Path segment : directory.segments()) {
            Files.delete(segment);
          }
        }
        return new DurableLog(
            directory, bytesMax, segmentBytes, files, LogRecovery.read(directory));
      } catch (IOException | WalferryException e) {
        directory.close();
        throw e;
      }
    } catch (IOException e) {
      throw SpoolFailures.of("open the spool", path, e);
    }
  }

  public Path directory() {
    return directory.path();
  }

  /** What it holds; empty if nothing was begun. */
  public Optional<LogExtent> extent() {
    return index.extent();
  }

  /** Where the end was torn off when the log was opened, and how that was seen. */
  public Optional<String> torn() {
    return index.torn();
  }

  /** What the segments have on disk. */
  public long bytes() {
    return index.bytes();
  }

  /** Nothing more is appended, for this reason: readers get it behind what is there. */
  public void end(WalferryException why) {
    index.end(Optional.of(why));
  }

  /** Somebody appends again, after {@link #end}. */
  public void goOn() {
    index.end(Optional.empty());
  }

  /** Whoever appends does not wait for room any more, until the next {@link #cut}. */
  public void stop() {
    index.stop();
  }

  /**
   * Everything that ends at or before is not needed any more. Whole segments go, and only together
   * with all before them.
   */
  public void release(Lsn durable) {
    index.release(durable);
    deleteUseless();
  }

  /** The oldest first: what a crash leaves is a log that begins later. */
  private void deleteUseless() {
    for (Segment segment : index.useless()) {
      try {
        segment.delete();
      } catch (IOException e) {
        throw directory.failure("remove " + segment.path(), e);
      }
      index.deleted(segment);
    }
  }

  /**
   * Reads everything that it holds, then whatever is appended. Something was begun.
   *
   * @param clock the clock that the reader waits by
   */
  public LogReader reader(NanoClock clock) {
    return index.reader(clock);
  }

  /** Forgets everything and begins with what ends after {@code from}. */
  public void begin(LogIdentity identity, Lsn from) {
    directory.requireOpen();
    closeFile();
    long number = index.clear(from);
    synced = Optional.empty();
    open = false;
    failed = false;
    deleteUseless();
    make(new SegmentHead(identity, number, from, false, 0));
    sync();
  }

  /** Whether a new segment should be started before the next transaction. */
  public boolean isSegmentFull() {
    return writing().size() >= segmentBytes;
  }

  /** What follows goes to a new segment, which can be read without those before it. */
  public void startSegment(LogIdentity identity) {
    Boundary boundary = index.last();
    long previous = writing().size();
    sync();
    closeFile();
    make(new SegmentHead(identity, boundary.number() + 1, boundary.end(), false, previous));
  }

  /** The open transaction goes on in another segment. */
  private void continueInSegment() {
    long previous = writing().size();
    Lsn reached = sync();
    closeFile();
    SegmentHead before = index.newest().head();
    make(new SegmentHead(before.identity(), before.number() + 1, reached, true, previous));
  }

  private void make(SegmentHead head) {
    Path path = directory.segment(head.number());
    try {
      RecordFile made = files.make(path);
      file = Optional.of(made);
      // Readable whatever becomes of the form of the others.
      made.appendPlain(head.encode());
      made.force();
      directory.force();
      index.add(new Segment(head, path, made.size()));
    } catch (IOException e) {
      throw directory.failure("make " + path, e);
    }
  }

  /**
   * Adds a block, which comes back as it is. Waits for room.
   *
   * @param end where the last transaction that has ended with this block ends
   * @param whole whether no transaction is open behind it
   * @throws WalferryException {@code SPOOL_TOO_SMALL} if no room can come
   */
  public void append(Lsn end, boolean whole, ByteBuffer... parts) {
    ByteBuffer[] record = new ByteBuffer[parts.length + 1];
    record[0] = Segment.prefix(end, !whole);
    System.arraycopy(parts, 0, record, 1, parts.length);
    if (open && isSegmentFull()) {
      continueInSegment();
    }
    while (!index.awaitRoom(RecordFile.bytesOf(record), bytesMax)) {
      deleteUseless();
    }
    try {
      writing().append(record);
    } catch (IOException e) {
      failed = true;
      throw directory.failure("write to " + index.newest().path(), e);
    }
    open = !whole;
    index.grown(writing().size(), whole ? Optional.of(end) : Optional.empty());
  }

  /**
   * Waits until everything that was appended survives the machine.
   *
   * @return where the last transaction of that ends
   */
  public Lsn sync() {
    Boundary reached = index.last();
    try {
      writing().force();
    } catch (IOException e) {
      failed = true;
      throw directory.failure("flush " + index.newest().path(), e);
    }
    synced = Optional.of(reached);
    return reached.end();
  }

  /**
   * Takes away the transaction that is open at the end, and what may not be on disk. Readers that
   * have read of it are told so. Before anything is appended to a log that was opened or has
   * failed.
   */
  public void cut() {
    directory.requireOpen();
    if (file.isPresent() && !failed) {
      sync();
    }
    Boundary boundary = synced.orElseThrow();
    closeFile();
    open = false;
    failed = false;
    Segment ends = index.cut(boundary);
    try {
      // Also what was made and not added.
      directory.deleteBehind(boundary.number());
      RecordFile records = files.openToAppend(ends);
      file = Optional.of(records);
      records.truncate(boundary.bytes());
      records.force();
    } catch (IOException e) {
      throw directory.failure("cut " + ends.path(), e);
    }
  }

  private RecordFile writing() {
    return file.orElseThrow(() -> new IllegalStateException("Nothing was begun"));
  }

  private void closeFile() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      throw directory.failure("close a segment", e);
    } finally {
      file = Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      closeFile();
    } finally {
      directory.close();
    }
  }
}
