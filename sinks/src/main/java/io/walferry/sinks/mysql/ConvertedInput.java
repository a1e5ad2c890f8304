package io.walferry.sinks.mysql;

import java.io.InputStream;

/** Reads a range of bytes in another form, of which only a piece is there at a time. */
final class ConvertedInput extends InputStream {
  /** Is even, so that two hexadecimal digits stay together. */
  private static final int PIECE_BYTES = 32 << 10;

  private final byte[] bytes;
  private final Conversion conversion;
  private final int end;
  private int next;

  private final byte[] piece = new byte[2 * PIECE_BYTES];
  private int read;
  private int written;

  /** Writes bytes in another form, in which they are at most twice as many. */
  interface Conversion {
    /** Returns how many bytes it has written. */
    int convert(byte[] bytes, int start, int length, byte[] target, int first);
  }

  ConvertedInput(byte[] bytes, int start, int length, Conversion conversion) {
    this.bytes = bytes;
    this.next = start;
    this.end = start + length;
    this.conversion = conversion;
  }

  @Override
  public int read() {
    return isAtEnd() ? -1 : Byte.toUnsignedInt(piece[read++]);
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (isAtEnd()) {
      return -1;
    }
    int count = Math.min(length, written - read);
    System.arraycopy(piece, read, target, offset, count);
    read += count;
    return count;
  }

  /** Converts the next piece where the one before was read. */
  private boolean isAtEnd() {
    if (read == written) {
      int length = Math.min(PIECE_BYTES, end - next);
      read = 0;
      written = conversion.convert(bytes, next, length, piece, 0);
      next += length;
    }
    return read == written;
  }
}
