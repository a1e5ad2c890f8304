package io.walferry.spool;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what the segments of a directory hold. What a crash has torn off at the end counts as
 * never written; whoever knows what was confirmed sees whether that is so. For one use.
 */
final class LogRecovery {
  /** A slot's name has 63 bytes at most. */
  private static final long HEAD_BYTES_MAX = 128 + RecordFile.HEADER_BYTES;

  private final SpoolDirectory directory;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Segment> useless = new ArrayList<>();
  private Optional<Boundary> last = Optional.empty();
  private Optional<String> torn = Optional.empty();

  private LogRecovery(SpoolDirectory directory) {
    this.directory = directory;
  }

  /**
   * What was found.
   *
   * @param useless segments before the others that cannot be read, since what they go on with is
   *     gone. A crash leaves them when segments go that are not needed any more
   * @param last where the last whole transaction ends; there if there are segments
   * @param torn where and how it was seen that the end was torn off
   */
  record Recovered(
      List<Segment> segments,
      List<Segment> useless,
      Optional<Boundary> last,
      Optional<String> torn) {}

  /**
   * Looks at the heads of all segments, and at every block behind the last one that can be read by
   * itself.
   *
   * @throws WalferryException {@code SPOOL_DAMAGED} or {@code SPOOL_FORMAT}
   */
  static Recovered read(SpoolDirectory directory) throws IOException {
    LogRecovery recovery = new LogRecovery(directory);
    recovery.readHeads();
    recovery.dropContinuations();
    if (!recovery.segments.isEmpty()) {
      recovery.scan();
    }
    return new Recovered(recovery.segments, recovery.useless, recovery.last, recovery.torn);
  }

  static WalferryException damaged(Path path, DamagedRecordException how) {
    return new WalferryException(ErrorCode.SPOOL_DAMAGED, unreadable(path, how.how()), how);
  }

  private static WalferryException damaged(Path path, String how) {
    return new WalferryException(ErrorCode.SPOOL_DAMAGED, unreadable(path, how));
  }

  private static String unreadable(Path path, String how) {
    return "the spool's segment " + path + " cannot be read: " + how;
  }

  private void readHeads() throws IOException {
    List<Path> paths = directory.segments();
    for (Path path : paths) {
      Optional<SegmentHead> head = head(path, path.equals(paths.getLast()));
      if (head.isPresent()) {
        adopt(new Segment(head.get(), path, Files.size(path)));
      }
    }
  }

  /** Empty if the file was torn off at its very beginning. */
  private Optional<SegmentHead> head(Path path, boolean isLast) throws IOException {
    long size = Files.size(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return Optional.of(
          SegmentHead.decode(new RecordFile(channel, size, Compression.NONE).next()));
    } catch (SegmentHead.NewerFormatException e) {
      throw new WalferryException(
          ErrorCode.SPOOL_FORMAT, "could not read " + path + ": " + e.getMessage(), e);
    } catch (DamagedRecordException e) {
      if (isLast && size <= HEAD_BYTES_MAX) {
        Files.delete(path);
        return Optional.empty();
      }
      throw damaged(path, e);
    }
  }

  private void adopt(Segment segment) {
    if (!segment.path().equals(directory.segment(segment.head().number()))) {
      throw damaged(segment.path(), "it is segment " + segment.head().number());
    }
    if (!segments.isEmpty()) {
      requireNext(segments.getLast(), segment);
    }
    segments.add(segment);
  }

  private static void requireNext(Segment before, Segment segment) {
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

  private void dropContinuations() {
    while (!segments.isEmpty() && segments.getFirst().head().continues()) {
      useless.add(segments.removeFirst());
    }
  }

  private void scan() throws IOException {
    List<Segment> newest = new ArrayList<>();
    for (Segment segment : segments) {
      if (!segment.head().continues()) {
        newest.clear();
      }
      newest.add(segment);
    }
    for (Segment segment : newest) {
      scan(segment, segment == newest.getLast());
    }
  }

  private void scan(Segment segment, boolean isLast) throws IOException {
    long number = segment.head().number();
    long whole = 0;
    try (RecordFile records = segment.open()) {
      try {
        records.next();
        whole = records.readBytes();
        if (!segment.head().continues()) {
          last = Optional.of(new Boundary(number, whole, segment.head().start()));
        }
        while (!records.isAtEnd()) {
          ByteBuffer record = records.next();
          Lsn end = Segment.end(record);
          whole = records.readBytes();
          if (!Segment.isOpen(record)) {
            last = Optional.of(new Boundary(number, whole, end));
          }
        }
      } catch (DamagedRecordException e) {
        if (!isLast) {
          throw damaged(segment.path(), e);
        }
        torn = Optional.of(segment.path() + ": " + e.how());
        segment.setBytes(whole);
      }
    }
  }
}
