package io.walferry.spool;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

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
  private static final String LOCK_FILE = "lock";
  private static final long SEGMENT_BYTES_MAX = 64L << 20;
  private static final int SEGMENTS_MIN = 16;

  /** A place between two transactions. */
  private record Boundary(long number, long bytes, Lsn end) {}

  private final Path directory;
  private final long bytesMax;
  private final long segmentBytes;
  private final FileChannel lockFile;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition appended = lock.newCondition();
  private final Condition roomMade = lock.newCondition();

  private final Deque<Segment> segments = new ArrayDeque<>();

  /** Those at the beginning that cannot be read without what is gone. */
  private final List<Segment> useless = new ArrayList<>();

  /** Of the last segment, once something is written. Belongs to the writing thread. */
  private Optional<RecordFile> file = Optional.empty();

  private Optional<Boundary> last = Optional.empty();
  private Optional<Boundary> synced = Optional.empty();

  /** What is there of an open transaction is behind the last boundary. */
  private boolean open;

  /** Whoever waits for room is to be let go. */
  private boolean stopped;

  private Lsn released = Lsn.ZERO;
  private final Set<LogReader> readers = new HashSet<>();

  /** Since then what is on disk is not known. */
  private boolean failed;

  private Optional<WalferryException> end = Optional.empty();
  private Optional<String> torn = Optional.empty();

  private DurableLog(Path directory, long bytesMax, long segmentBytes, FileChannel lockFile) {
    this.directory = directory;
    this.bytesMax = bytesMax;
    this.segmentBytes = segmentBytes;
    this.lockFile = lockFile;
  }

  /**
   * Opens what is there, and takes the directory for this process.
   *
   * @param bytesMax of all segments together
   * @throws WalferryException {@code SPOOL_BUSY} if another process has it; {@code SPOOL_DAMAGED},
   *     {@code SPOOL_FORMAT} or {@code SPOOL_FAILED}
   */
  public static DurableLog open(Path directory, long bytesMax) {
    return open(directory, bytesMax, segmentBytes(bytesMax), false);
  }

  /** Opens it with nothing in it, whatever is there. */
  public static DurableLog openEmpty(Path directory, long bytesMax) {
    return open(directory, bytesMax, segmentBytes(bytesMax), true);
  }

  static DurableLog open(Path directory, long bytesMax, long segmentBytes) {
    return open(directory, bytesMax, segmentBytes, false);
  }

  private static long segmentBytes(long bytesMax) {
    return Math.min(SEGMENT_BYTES_MAX, bytesMax / SEGMENTS_MIN);
  }

  private static DurableLog open(Path directory, long bytesMax, long segmentBytes, boolean empty) {
    try {
      createPrivate(directory);
      FileChannel lockFile =
          FileChannel.open(
              directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        requireLock(lockFile, directory);
        if (empty) {
          for (Path segment : segmentsIn(directory)) {
            Files.delete(segment);
          }
        }
        DurableLog log = new DurableLog(directory, bytesMax, segmentBytes, lockFile);
        log.recover();
        return log;
      } catch (IOException | WalferryException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw SpoolFailures.of("open the spool", directory, e);
    }
  }

  /** Rows are in it, which are nobody else's business. */
  private static void createPrivate(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      FileStore store = Files.getFileStore(directory);
      if (store.supportsFileAttributeView(PosixFileAttributeView.class)) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  private static void requireLock(FileChannel lockFile, Path directory) throws IOException {
    try {
      // Held until the channel is closed.
      FileLock held = lockFile.tryLock();
      if (held != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      throw busy(directory, Optional.of(e));
    }
    throw busy(directory, Optional.empty());
  }

  private static WalferryException busy(Path directory, Optional<Exception> cause) {
    String message = "the spool in " + directory + " is in use";
    return cause
        .map(known -> new WalferryException(ErrorCode.SPOOL_BUSY, message, known))
        .orElseGet(() -> new WalferryException(ErrorCode.SPOOL_BUSY, message));
  }

  private void recover() throws IOException {
    List<Path> paths = segmentsIn(directory);
    for (int i = 0; i < paths.size(); i++) {
      boolean isLast = i == paths.size() - 1;
      Optional<SegmentHead> head = head(paths.get(i), isLast);
      if (head.isPresent()) {
        adopt(new Segment(head.get(), paths.get(i), Files.size(paths.get(i))));
      }
    }
    dropContinuations();
    if (!segments.isEmpty()) {
      scan();
    }
  }

  /**
   * A crash can leave them when segments that are not needed any more go. They stay until it is
   * seen that what they continue is needed by nobody.
   */
  private void dropContinuations() {
    while (!segments.isEmpty() && segments.getFirst().head().continues()) {
      useless.add(segments.removeFirst());
    }
  }

  private static List<Path> segmentsIn(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(path -> path.toString().endsWith(Segment.SUFFIX))
          .sorted(Comparator.comparing(Path::getFileName))
          .toList();
    }
  }

  /** Empty if the file was torn off at its very beginning. */
  private Optional<SegmentHead> head(Path path, boolean isLast) throws IOException {
    long size = Files.size(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return Optional.of(SegmentHead.decode(new RecordFile(channel, size).next()));
    } catch (SegmentHead.NewerFormatException e) {
      throw new WalferryException(
          ErrorCode.SPOOL_FORMAT, "could not read " + path + ": " + e.getMessage(), e);
    } catch (DamagedRecordException e) {
      if (isLast && size <= longestHead()) {
        Files.delete(path);
        return Optional.empty();
      }
      throw damaged(path, e);
    }
  }

  /** A slot's name has 63 bytes at most. */
  private static long longestHead() {
    return 128 + RecordFile.HEADER_BYTES;
  }

  private void adopt(Segment segment) {
    if (!segment.path().equals(Segment.path(directory, segment.head().number()))) {
      throw damaged(segment.path(), "it is segment " + segment.head().number());
    }
    if (!segments.isEmpty()) {
      Segment before = segments.getLast();
      if (segment.head().number() != before.head().number() + 1) {
        throw damaged(segment.path(), "the segment before it is missing");
      }
      if (segment.head().previousBytes() != before.bytes()) {
        throw damaged(
            before.path(),
            "it has %d bytes instead of %d"
                .formatted(before.bytes(), segment.head().previousBytes()));
      }
      if (!segment.head().identity().isOfTheSameSlot(before.head().identity())) {
        throw damaged(segment.path(), "it is of another server or slot than the one before it");
      }
    }
    segments.add(segment);
  }

  /** Finds the last boundary, and takes what is torn off for what was never written. */
  private void scan() throws IOException {
    List<Segment> newest = new ArrayList<>();
    for (Segment segment : segments) {
      if (!segment.head().continues()) {
        newest.clear();
      }
      newest.add(segment);
    }
    Segment first = newest.getFirst();
    Boundary boundary = new Boundary(first.head().number(), 0, first.head().start());
    for (Segment segment : newest) {
      boundary = scan(segment, segment == newest.getLast(), boundary);
    }
    last = Optional.of(boundary);
    synced = last;
    Segment end = segments.getLast();
    open = boundary.number() != end.head().number() || boundary.bytes() != end.bytes();
  }

  private Boundary scan(Segment segment, boolean isLast, Boundary before) throws IOException {
    Boundary boundary = before;
    long whole = 0;
    try (RecordFile records = segment.open()) {
      try {
        records.next();
        whole = records.readBytes();
        if (!segment.head().continues()) {
          boundary = new Boundary(segment.head().number(), whole, segment.head().start());
        }
        while (!records.isAtEnd()) {
          ByteBuffer record = records.next();
          Lsn end = Segment.end(record);
          whole = records.readBytes();
          if (!Segment.isOpen(record)) {
            boundary = new Boundary(segment.head().number(), whole, end);
          }
        }
      } catch (DamagedRecordException e) {
        if (!isLast) {
          throw damaged(segment.path(), e);
        }
        torn = Optional.of(segment.path() + ": " + e.getMessage());
        segment.setBytes(whole);
      }
    }
    return boundary;
  }

  static WalferryException damaged(Path path, DamagedRecordException how) {
    return new WalferryException(
        ErrorCode.SPOOL_DAMAGED,
        "the spool's segment " + path + " cannot be read: " + how.getMessage(),
        how);
  }

  private static WalferryException damaged(Path path, String how) {
    return new WalferryException(
        ErrorCode.SPOOL_DAMAGED, "the spool's segment " + path + " cannot be read: " + how);
  }

  public Path directory() {
    return directory;
  }

  /** What it holds; empty if nothing was begun. */
  public Optional<LogExtent> extent() {
    lock.lock();
    try {
      return last.map(
          boundary ->
              new LogExtent(
                  segments.getLast().head().identity(),
                  segments.getFirst().head().start(),
                  boundary.end()));
    } finally {
      lock.unlock();
    }
  }

  /** Where the end was torn off when the log was opened, and how that was seen. */
  public Optional<String> torn() {
    lock.lock();
    try {
      return torn;
    } finally {
      lock.unlock();
    }
  }

  /** What the segments have on disk. */
  public long bytes() {
    lock.lock();
    try {
      return Stream.concat(useless.stream(), segments.stream()).mapToLong(Segment::bytes).sum();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more is appended, for this reason: readers get it behind what is there. */
  public void end(WalferryException why) {
    lock.lock();
    try {
      end = Optional.of(why);
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever appends does not wait for room any more, until the next {@link #cut}. */
  public void stop() {
    lock.lock();
    try {
      stopped = true;
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Everything that ends at or before is not needed any more. Whole segments go, and only together
   * with all before them.
   */
  public void release(Lsn durable) {
    lock.lock();
    try {
      released = Lsn.max(released, durable);
      retire();
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
    deleteUseless();
  }

  /** Never what a reader has still to read. */
  private void retire() {
    long read =
        readers.stream()
            .mapToLong(reader -> reader.segment().head().number())
            .min()
            .orElse(Long.MAX_VALUE);
    Optional<Segment> needed =
        segments.stream()
            .filter(segment -> !segment.head().continues())
            .filter(segment -> !segment.head().start().isAfter(released))
            .filter(segment -> segment.head().number() <= read)
            .reduce((earlier, later) -> later);
    while (needed.isPresent() && segments.getFirst() != needed.get()) {
      useless.add(segments.removeFirst());
    }
  }

  /** The oldest first: what a crash leaves is a log that begins later. */
  private void deleteUseless() {
    for (Segment segment : retired()) {
      try {
        segment.delete();
      } catch (IOException e) {
        throw failure("remove " + segment.path(), e);
      }
      lock.lock();
      try {
        useless.remove(segment);
        roomMade.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private List<Segment> retired() {
    lock.lock();
    try {
      return List.copyOf(useless);
    } finally {
      lock.unlock();
    }
  }

  /** Reads everything that it holds, then whatever is appended. Something was begun. */
  public LogReader reader() {
    lock.lock();
    try {
      LogReader reader = new LogReader(this, segments.getFirst());
      readers.add(reader);
      return reader;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything and begins with what ends after {@code from}. */
  public void begin(LogIdentity identity, Lsn from) {
    requireOpen();
    closeFile();
    long number;
    lock.lock();
    try {
      useless.addAll(segments);
      segments.clear();
      number = useless.isEmpty() ? 1 : useless.getLast().head().number() + 1;
      last = Optional.empty();
      synced = Optional.empty();
      torn = Optional.empty();
      end = Optional.empty();
      open = false;
      failed = false;
      released = from;
      stopped = false;
      readers.forEach(LogReader::cutOff);
    } finally {
      lock.unlock();
    }
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
    Boundary boundary = last.orElseThrow();
    long previous = writing().size();
    sync();
    closeFile();
    make(new SegmentHead(identity, boundary.number() + 1, boundary.end(), false, previous));
  }

  /** The open transaction goes on in another segment. */
  private void continueInSegment() throws IOException {
    long previous = writing().size();
    writing().force();
    synced = last;
    closeFile();
    SegmentHead before = newest().head();
    make(
        new SegmentHead(
            before.identity(), before.number() + 1, last.orElseThrow().end(), true, previous));
  }

  private void make(SegmentHead head) {
    Path path = Segment.path(directory, head.number());
    try {
      RecordFile made =
          new RecordFile(
              FileChannel.open(
                  path,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE),
              0);
      file = Optional.of(made);
      made.append(head.encode());
      made.force();
      forceDirectory();
      lock.lock();
      try {
        segments.add(new Segment(head, path, made.size()));
        if (!head.continues()) {
          last = Optional.of(new Boundary(head.number(), made.size(), head.start()));
          synced = last;
        }
        appended.signalAll();
      } finally {
        lock.unlock();
      }
    } catch (IOException e) {
      throw failure("make " + path, e);
    }
  }

  private void forceDirectory() throws IOException {
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
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
    try {
      if (open && isSegmentFull()) {
        continueInSegment();
      }
      awaitRoom(RecordFile.bytesOf(record));
      writing().append(record);
    } catch (IOException e) {
      failed = true;
      throw failure("write to " + newest().path(), e);
    }
    lock.lock();
    try {
      Segment segment = segments.getLast();
      segment.setBytes(writing().size());
      open = !whole;
      if (whole) {
        last = Optional.of(new Boundary(segment.head().number(), segment.bytes(), end));
      }
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom(long more) {
    lock.lock();
    try {
      while (bytes() + more > bytesMax) {
        retire();
        if (!useless.isEmpty()) {
          lock.unlock();
          try {
            deleteUseless();
          } finally {
            lock.lock();
          }
          continue;
        }
        if (stopped) {
          throw new WalferryException(
              ErrorCode.INTERRUPTED, "stopped while the spool in " + directory + " was full");
        }
        if (!released.isBefore(last.orElseThrow().end())) {
          throw new WalferryException(
              ErrorCode.SPOOL_TOO_SMALL,
              "a transaction after %s does not fit into the %d bytes that the spool in %s may have"
                  .formatted(last.get().end(), bytesMax, directory));
        }
        roomMade.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything that was appended survives the machine.
   *
   * @return where the last transaction of that ends
   */
  public Lsn sync() {
    Optional<Boundary> reached = last;
    try {
      writing().force();
    } catch (IOException e) {
      failed = true;
      throw failure("flush " + newest().path(), e);
    }
    synced = reached;
    return reached.orElseThrow().end();
  }

  /**
   * Takes away the transaction that is open at the end, and what may not be on disk. Readers that
   * have read of it are told so. Before anything is appended to a log that was opened or has
   * failed.
   */
  public void cut() {
    requireOpen();
    if (file.isPresent() && !failed) {
      sync();
    }
    Boundary boundary = synced.orElseThrow();
    closeFile();
    Segment ends;
    lock.lock();
    try {
      while (segments.getLast().head().number() > boundary.number()) {
        segments.removeLast();
      }
      ends = segments.getLast();
      ends.setBytes(boundary.bytes());
      last = synced;
      open = false;
      stopped = false;
      end = Optional.empty();
      torn = Optional.empty();
      failed = false;
      readers.stream()
          .filter(reader -> reader.mayHaveRead(boundary.number(), boundary.bytes()))
          .forEach(LogReader::cutOff);
      appended.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      deleteBehind(ends);
      RecordFile records = ends.openToAppend();
      file = Optional.of(records);
      records.truncate(boundary.bytes());
      records.force();
    } catch (IOException e) {
      throw failure("cut " + ends.path(), e);
    }
  }

  /** Also what was made and not added. The newest first: a crash leaves no gap. */
  private void deleteBehind(Segment ends) throws IOException {
    for (Path path : segmentsIn(directory).reversed()) {
      if (path.getFileName().compareTo(ends.path().getFileName()) > 0) {
        Files.delete(path);
      }
    }
  }

  private void requireOpen() {
    if (!lockFile.isOpen()) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "the spool in " + directory + " was closed");
    }
  }

  private Segment newest() {
    lock.lock();
    try {
      return segments.getLast();
    } finally {
      lock.unlock();
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
      throw failure("close a segment", e);
    } finally {
      file = Optional.empty();
    }
  }

  private WalferryException failure(String attempted, IOException cause) {
    return SpoolFailures.of(attempted, directory, cause);
  }

  /**
   * What can be read now, after a wait for it.
   *
   * @return empty if nothing came within the time
   */
  Optional<LogReader.Reach> await(LogReader reader, long nanosMax) throws InterruptedException {
    long nanos = nanosMax;
    lock.lockInterruptibly();
    try {
      while (true) {
        requireUncut(reader);
        Optional<LogReader.Reach> readable = readable(reader);
        if (reader.isWoken()) {
          return Optional.empty();
        }
        if (readable.isPresent()) {
          reader.mayRead(readable.get());
          return readable;
        }
        if (end.isPresent()) {
          throw end.get();
        }
        if (nanos <= 0) {
          return Optional.empty();
        }
        nanos = appended.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  void wakeReaders() {
    lock.lock();
    try {
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whole transactions only: nobody waits within one for what the source may never send. */
  private Optional<LogReader.Reach> readable(LogReader reader) {
    Segment current = reader.segment();
    if (reader.readBytes() < visible(current)) {
      return Optional.of(new LogReader.Reach(current, visible(current)));
    }
    return segments.stream()
        .filter(segment -> segment.head().number() == current.head().number() + 1)
        .filter(segment -> visible(segment) > 0)
        .findFirst()
        .map(following -> new LogReader.Reach(following, visible(following)));
  }

  private long visible(Segment segment) {
    Boundary boundary = last.orElseThrow();
    long number = segment.head().number();
    if (number == boundary.number()) {
      return boundary.bytes();
    }
    return number < boundary.number() ? segment.bytes() : 0;
  }

  /** What was read may be there no more, or in another form. */
  private void requireUncut(LogReader reader) {
    if (reader.isCutOff()) {
      throw new WalferryException(
          ErrorCode.CONNECTION_LOST,
          "what the source sent after "
              + last.map(Boundary::end).orElse(Lsn.ZERO)
              + " was cut short, and comes again");
    }
  }

  boolean isCutOff(LogReader reader) {
    lock.lock();
    try {
      return reader.isCutOff();
    } finally {
      lock.unlock();
    }
  }

  void forget(LogReader reader) {
    lock.lock();
    try {
      readers.remove(reader);
    } finally {
      lock.unlock();
    }
  }

  /** Somebody appends again, after {@link #end}. */
  public void goOn() {
    lock.lock();
    try {
      end = Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    try {
      closeFile();
    } finally {
      closeLock();
    }
  }

  private void closeLock() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw failure("let go of the lock", e);
    }
  }
}
