package io.walferry.spool;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a {@link DurableLog} holds, who reads it and who waits for it; touches no file. For any
 * thread: every field is behind one lock.
 */
final class LogIndex {
  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition appended = lock.newCondition();
  private final Condition roomMade = lock.newCondition();

  private final Deque<Segment> segments;

  /** Nobody needs them any more; they are still on disk. */
  private final List<Segment> useless;

  private final Set<LogReader> readers = new HashSet<>();

  /** What is there of an open transaction is behind it. */
  private Optional<Boundary> last;

  private Optional<String> torn;
  private Lsn released = Lsn.ZERO;

  /** Whoever waits for room is to be let go. */
  private boolean stopped;

  private Optional<WalferryException> end = Optional.empty();

  LogIndex(Path directory, LogRecovery.Recovered found) {
    this.directory = directory;
    this.segments = new ArrayDeque<>(found.segments());
    this.useless = new ArrayList<>(found.useless());
    this.last = found.last();
    this.torn = found.torn();
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  Optional<LogExtent> extent() {
    return locked(
        () ->
            last.map(
                boundary ->
                    new LogExtent(
                        segments.getLast().head().identity(),
                        segments.getFirst().head().start(),
                        boundary.end())));
  }

  Optional<String> torn() {
    return locked(() -> torn);
  }

  /** Where the last whole transaction ends; something was begun. */
  Boundary last() {
    return locked(() -> last.orElseThrow(() -> new IllegalStateException("Nothing was begun")));
  }

  Segment newest() {
    return locked(segments::getLast);
  }

  long bytes() {
    return locked(
        () -> Stream.concat(useless.stream(), segments.stream()).mapToLong(Segment::bytes).sum());
  }

  /** Readers get this behind what is there; empty if something will be appended again. */
  void end(Optional<WalferryException> why) {
    lock.lock();
    try {
      end = why;
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    lock.lock();
    try {
      stopped = true;
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Everything that ends at or before is not needed any more. */
  void release(Lsn durable) {
    lock.lock();
    try {
      released = Lsn.max(released, durable);
      retire();
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whole segments, together with all before them, and never what a reader has still to read. */
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

  /** The oldest first. */
  List<Segment> useless() {
    return locked(() -> List.copyOf(useless));
  }

  void deleted(Segment segment) {
    lock.lock();
    try {
      useless.remove(segment);
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Nothing that is there is needed any more.
   *
   * @return the number of the segment to begin with
   */
  long clear(Lsn from) {
    return locked(
        () -> {
          useless.addAll(segments);
          segments.clear();
          last = Optional.empty();
          torn = Optional.empty();
          end = Optional.empty();
          released = from;
          stopped = false;
          readers.forEach(LogReader::cutOff);
          return useless.isEmpty() ? 1 : useless.getLast().head().number() + 1;
        });
  }

  /** Everything that follows is in this one. */
  void add(Segment segment) {
    lock.lock();
    try {
      segments.add(segment);
      if (!segment.head().continues()) {
        last =
            Optional.of(
                new Boundary(segment.head().number(), segment.bytes(), segment.head().start()));
      }
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The newest segment has grown.
   *
   * @param end where the last transaction ends, if none is open behind it
   */
  void grown(long bytes, Optional<Lsn> end) {
    lock.lock();
    try {
      Segment segment = segments.getLast();
      segment.setBytes(bytes);
      if (end.isPresent()) {
        last = Optional.of(new Boundary(segment.head().number(), bytes, end.get()));
      }
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What is behind the boundary is not there any more; readers that may have read of it are told
   * so.
   *
   * @return the segment that is the last one now
   */
  Segment cut(Boundary boundary) {
    return locked(
        () -> {
          while (segments.getLast().head().number() > boundary.number()) {
            segments.removeLast();
          }
          segments.getLast().setBytes(boundary.bytes());
          last = Optional.of(boundary);
          stopped = false;
          end = Optional.empty();
          torn = Optional.empty();
          readers.stream()
              .filter(reader -> reader.mayHaveRead(boundary))
              .forEach(LogReader::cutOff);
          appended.signalAll();
          return segments.getLast();
        });
  }

  /**
   * Waits until so much more fits.
   *
   * @return false if there are useless segments, which have to go first
   * @throws WalferryException {@code SPOOL_TOO_SMALL} if no room can come
   */
  boolean awaitRoom(long more, long bytesMax) {
    lock.lock();
    try {
      while (bytes() + more > bytesMax) {
        retire();
        if (!useless.isEmpty()) {
          return false;
        }
        if (stopped) {
          throw new WalferryException(
              ErrorCode.INTERRUPTED, "stopped while the spool in " + directory + " was full");
        }
        if (!released.isBefore(last().end())) {
          throw new WalferryException(
              ErrorCode.SPOOL_TOO_SMALL,
              "a transaction after %s does not fit into the %d bytes that the spool in %s may have"
                  .formatted(last().end(), bytesMax, directory));
        }
        roomMade.awaitUninterruptibly();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  LogReader reader(NanoClock clock) {
    return locked(
        () -> {
          LogReader reader = new LogReader(this, directory, clock, segments.getFirst());
          readers.add(reader);
          return reader;
        });
  }

  /**
   * What can be read now, after a wait for it.
   *
   * @return empty if nothing came within the time
   * @throws WalferryException {@code CONNECTION_LOST} if what was read is not there any more; or
   *     why the log has ended
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
        nanos = reader.clock().await(appended, nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireUncut(LogReader reader) {
    if (reader.isCutOff()) {
      throw new WalferryException(
          ErrorCode.CONNECTION_LOST,
          "what the source sent after "
              + last.map(Boundary::end).orElse(Lsn.ZERO)
              + " was cut short, and comes again");
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

  boolean isCutOff(LogReader reader) {
    return locked(reader::isCutOff);
  }

  void forget(LogReader reader) {
    locked(() -> readers.remove(reader));
  }

  void wakeReaders() {
    lock.lock();
    try {
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
