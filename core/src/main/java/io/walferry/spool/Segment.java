package io.walferry.spool;

import io.walferry.change.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of a {@link DurableLog}: a {@link SegmentHead}, then blocks, each behind the place that
 * the log has reached with it. How much of it is there belongs to the log's lock.
 */
final class Segment {
  static final String SUFFIX = ".segment";

  /** Before the content of a block: the end LSN and whether a transaction is open behind it. */
  static final int PREFIX_BYTES = Long.BYTES + 1;

  private final SegmentHead head;
  private final Path path;
  private long bytes;

  /**
   * A file that is there.
   *
   * @param bytes of it that can be read
   */
  Segment(SegmentHead head, Path path, long bytes) {
    this.head = head;
    this.path = path;
    this.bytes = bytes;
  }

  SegmentHead head() {
    return head;
  }

  Path path() {
    return path;
  }

  long bytes() {
    return bytes;
  }

  void setBytes(long reached) {
    bytes = reached;
  }

  RecordFile open() throws IOException {
    return new RecordFile(FileChannel.open(path, StandardOpenOption.READ), bytes, Compression.NONE);
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /** What precedes the content of a block. */
  static ByteBuffer prefix(Lsn end, boolean open) {
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES).putLong(end.value());
    return prefix.put((byte) (open ? 1 : 0)).flip();
  }

  /** The place that the log has reached with a block. */
  static Lsn end(ByteBuffer record) throws DamagedRecordException {
    if (record.remaining() < PREFIX_BYTES) {
      throw new DamagedRecordException("a block of " + record.remaining() + " bytes");
    }
    return new Lsn(record.getLong(0));
  }

  /** Whether a transaction is open behind a block. */
  static boolean isOpen(ByteBuffer record) {
    return record.get(Long.BYTES) == 1;
  }

  static ByteBuffer content(ByteBuffer record) {
    return record.slice(PREFIX_BYTES, record.remaining() - PREFIX_BYTES);
  }
}
