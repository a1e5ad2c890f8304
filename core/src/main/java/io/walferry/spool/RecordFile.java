package io.walferry.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A file that is written from its start to its end, and read so: records of any length, each behind
 * four bytes of its length, whose first bit says whether it is compressed, and four of the CRC-32C
 * of these and the content as it is kept, so that what comes back is what was written. Not for
 * several threads.
 */
final class RecordFile implements AutoCloseable {
  static final int HEADER_BYTES = 8;

  private static final int COMPRESSED = 1 << 31;

  /** Enough for the short columns in front of a long one; longer records have one message. */
  private static final int BEGINNING_BYTES = 256 << 10;

  /** At least as long as the usual records. */
  private static final int PIECE_BYTES = 1 << 20;

  private final FileChannel channel;
  private final Compression compression;
  private long size;
  private long read;

  /** Over an open file, whose first {@code size} bytes are records. */
  RecordFile(FileChannel channel, long size, Compression compression) {
    this.channel = channel;
    this.compression = compression;
    this.size = size;
  }

  /**
   * A new one for this process only. Its name is gone as soon as it is open: whatever becomes of
   * the process, the file goes with it.
   */
  static RecordFile createIn(Path directory, Compression compression) throws IOException {
    Files.createDirectories(directory);
    Path path = Files.createTempFile(directory, "walferry-", ".spool");
    try {
      return new RecordFile(
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE),
          0,
          compression);
    } finally {
      Files.delete(path);
    }
  }

  /** Bytes that the file has on disk. */
  long size() {
    return size;
  }

  /** What a record takes on disk, at most. */
  static long bytesOf(ByteBuffer... parts) {
    return HEADER_BYTES + Arrays.stream(parts).mapToLong(ByteBuffer::remaining).sum();
  }

  /** Adds a record whose content comes in parts. If that fails, its beginning may be there. */
  void append(ByteBuffer... parts) throws IOException {
    Optional<ByteBuffer> packed = compression.packed(parts);
    if (packed.isPresent()) {
      write(COMPRESSED, packed.get());
    } else {
      appendPlain(parts);
    }
  }

  /** Never compressed. */
  void appendPlain(ByteBuffer... parts) throws IOException {
    write(0, parts);
  }

  private void write(int flag, ByteBuffer... parts) throws IOException {
    int length = (int) (bytesOf(parts) - HEADER_BYTES);
    int head = length | flag;
    ByteBuffer[] written = new ByteBuffer[parts.length + 1];
    written[0] = ByteBuffer.allocate(HEADER_BYTES).putInt(head).putInt(checksum(head, parts));
    written[0].flip();
    Arrays.setAll(written, i -> i == 0 ? written[0] : parts[i - 1].duplicate());
    channel.position(size);
    if (length <= PIECE_BYTES) {
      long left = HEADER_BYTES + (long) length;
      while (left > 0) {
        left -= channel.write(written);
      }
    } else {
      for (ByteBuffer part : written) {
        inPieces(part, channel::write);
      }
    }
    size += HEADER_BYTES + (long) length;
  }

  /** Waits until everything that was appended survives the machine. */
  void force() throws IOException {
    channel.force(false);
  }

  /** Takes away what is behind these bytes. */
  void truncate(long bytes) throws IOException {
    channel.truncate(bytes);
    size = bytes;
  }

  /** Somebody else has appended to the file up to here. */
  void grownTo(long bytes) {
    size = bytes;
  }

  long readBytes() {
    return read;
  }

  boolean isAtEnd() {
    return read == size;
  }

  /**
   * Returns the next record, in an array of its own. Of a long message that there is no memory for,
   * its beginning comes, unchecked, since that tells what it is; the next call tries again.
   *
   * @throws DamagedRecordException if it is not what was written
   */
  ByteBuffer next() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    readFully(header, read);
    int head = header.getInt();
    int length = head & ~COMPRESSED;
    if (length > size - read - HEADER_BYTES) {
      throw new DamagedRecordException(
          "the record at byte %d has a length of %d".formatted(read, length));
    }
    ByteBuffer content;
    try {
      content = ByteBuffer.allocate(length);
    } catch (OutOfMemoryError e) {
      if (head != length || length <= BEGINNING_BYTES) {
        // Not one long message: its whole messages would be taken, and come again.
        throw e;
      }
      ByteBuffer beginning = ByteBuffer.allocate(BEGINNING_BYTES);
      readFully(beginning, read + HEADER_BYTES);
      return beginning;
    }
    readFully(content, read + HEADER_BYTES);
    if (header.getInt() != checksum(head, content)) {
      throw new DamagedRecordException(
          "the record at byte %d has another checksum".formatted(read));
    }
    ByteBuffer plain = head == length ? content : Compression.unpacked(content);
    read += HEADER_BYTES + (long) length;
    return plain;
  }

  private void readFully(ByteBuffer into, long from) throws IOException {
    inPieces(
        into,
        piece -> {
          if (channel.read(piece, from + piece.position()) < 0) {
            throw new DamagedRecordException(
                "the file ends at byte " + channel.size() + " of " + size);
          }
        });
    into.flip();
  }

  /** Moves a part of what a buffer has left. */
  private interface Transfer {
    void move(ByteBuffer piece) throws IOException;
  }

  /** Moves all of it, piece by piece: the JDK copies what it is given at once outside the heap. */
  private static void inPieces(ByteBuffer buffer, Transfer transfer) throws IOException {
    int limit = buffer.limit();
    while (buffer.position() < limit) {
      buffer.limit(Math.min(limit, buffer.position() + PIECE_BYTES));
      transfer.move(buffer);
    }
    buffer.limit(limit);
  }

  private static int checksum(int head, ByteBuffer... parts) {
    CRC32C checksum = new CRC32C();
    checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(head).flip());
    for (ByteBuffer part : parts) {
      checksum.update(part.duplicate());
    }
    return (int) checksum.getValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
