package io.walferry.sinks.jsonlines;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The last whole position line of a file, found by reading backwards in blocks: however much was
 * written after it, memory stays the same.
 *
 * @param start where the line starts
 * @param end after its line end
 * @param line without its line end
 */
record LastPosition(long start, long end, String line) {
  private static final int BLOCK = 64 * 1024;

  /** No line but this kind can start so: inside a JSON string a line end is escaped. */
  private static final byte[] MARK =
      ("\n" + PositionLine.START).getBytes(StandardCharsets.US_ASCII);

  static Optional<LastPosition> find(FileChannel file) throws IOException {
    // The byte before the file counts as a line end, so that the first line is found as well.
    long to = file.size();
    while (to > -1) {
      long from = Math.max(-1, to - BLOCK);
      // A mark may reach over the block's end.
      byte[] block = read(file, from, to + MARK.length - 1);
      for (int at = (int) (to - from) - 1; at >= 0; at--) {
        if (startsWith(block, at)) {
          Optional<LastPosition> found = line(file, from + at + 1);
          if (found.isPresent()) {
            return found;
          }
        }
      }
      to = from;
    }
    return Optional.empty();
  }

  /** Whether the file is the beginning of a first commit, torn off by a crash. */
  static boolean isTornFirstCommit(FileChannel file) throws IOException {
    boolean hasLedger = isAt(LedgerLine.START, file, 0);
    long start = hasLedger ? lineEnd(file, 0) : 0;
    if (start == file.size()) {
      return hasLedger;
    }
    if (file.size() - start > PositionLine.BYTES_MAX) {
      return false;
    }
    String torn = new String(read(file, start, file.size()), StandardCharsets.UTF_8);
    return !torn.contains("\n")
        && (begins(torn, PositionLine.START) || (!hasLedger && begins(torn, LedgerLine.START)));
  }

  /** Whether what is at that place begins so. */
  static boolean isAt(String start, FileChannel file, long place) throws IOException {
    byte[] found = read(file, place, place + start.length());
    return new String(found, StandardCharsets.UTF_8).equals(start);
  }

  /** Behind the line that begins there, or the file's end. */
  private static long lineEnd(FileChannel file, long start) throws IOException {
    for (long from = start; from < file.size(); from += BLOCK) {
      byte[] block = read(file, from, from + BLOCK);
      for (int i = 0; i < block.length; i++) {
        if (block[i] == '\n') {
          return from + i + 1;
        }
      }
    }
    return file.size();
  }

  /** Where the line begins that ends there. */
  static long lineStart(FileChannel file, long end) throws IOException {
    for (long to = end; to > 0; to -= BLOCK) {
      long from = Math.max(0, to - BLOCK);
      byte[] block = read(file, from, to);
      for (int i = block.length - 1; i >= 0; i--) {
        if (block[i] == '\n') {
          return from + i + 1;
        }
      }
    }
    return 0;
  }

  /** As far as both go. */
  private static boolean begins(String line, String start) {
    return line.startsWith(start) || start.startsWith(line);
  }

  private static Optional<LastPosition> line(FileChannel file, long start) throws IOException {
    byte[] bytes = read(file, start, Math.min(file.size(), start + PositionLine.BYTES_MAX));
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        String text = new String(bytes, 0, i, StandardCharsets.UTF_8);
        return Optional.of(new LastPosition(start, start + i + 1, text));
      }
    }
    return Optional.empty();
  }

  private static boolean startsWith(byte[] block, int at) {
    for (int i = 0; i < MARK.length; i++) {
      if (at + i >= block.length || block[at + i] != MARK[i]) {
        return false;
      }
    }
    return true;
  }

  /** The bytes from one place to another or to the file's end; at place -1 there is a line end. */
  static byte[] read(FileChannel file, long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) (Math.min(to, file.size()) - from));
    if (from < 0) {
      buffer.put((byte) '\n');
    }
    while (buffer.hasRemaining() && file.read(buffer, from + buffer.position()) > 0) {
      // Goes on until the buffer is full.
    }
    return buffer.array();
  }
}
