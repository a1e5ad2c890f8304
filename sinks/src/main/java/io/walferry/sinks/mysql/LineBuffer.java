package io.walferry.sinks.mysql;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Lines as LOAD DATA reads them: tabs between fields, backslash escapes. A long value that would
 * fill the buffer is not copied: it stays where it is until {@link #clear}, and is escaped as it is
 * read.
 */
final class LineBuffer implements ValueTarget {
  /** A long value has this part of the capacity, or more. */
  private static final int LONG_PARTS = 8;

  private final int capacity;
  private byte[] buffer;
  private int filled;
  private final List<Lent> lent = new ArrayList<>();
  private long lentBytes;
  private boolean inLine;

  /**
   * A value that is read between two bytes of the buffer.
   *
   * @param at how many bytes of the buffer are before it
   */
  private record Lent(int at, InputStream escaped) {}

  LineBuffer(int capacity) {
    this.capacity = capacity;
    this.buffer = new byte[capacity + capacity / 8];
  }

  @Override
  public void none() {
    beginField(2);
    buffer[filled++] = '\\';
    buffer[filled++] = 'N';
  }

  @Override
  public void text(byte[] bytes, int start, int length) {
    if (length >= capacity / LONG_PARTS && length >= capacity - filled) {
      beginField(0);
      lent.add(new Lent(filled, new ConvertedInput(bytes, start, length, LineBuffer::escape)));
      lentBytes += length;
    } else {
      beginField(2 * length);
      filled += escape(bytes, start, length, buffer, filled);
    }
  }

  /** Returns how many bytes it has written, which are at most twice as many as it was given. */
  private static int escape(byte[] bytes, int start, int length, byte[] target, int first) {
    int at = first;
    for (int i = start; i < start + length; i++) {
      byte next = bytes[i];
      switch (next) {
        case '\\', '\t', '\n', '\r', 0 -> {
          target[at++] = '\\';
          target[at++] = escaped(next);
        }
        default -> target[at++] = next;
      }
    }
    return at - first;
  }

  private static byte escaped(byte next) {
    return switch (next) {
      case '\t' -> 't';
      case '\n' -> 'n';
      case '\r' -> 'r';
      case 0 -> '0';
      default -> next;
    };
  }

  private void beginField(int bytes) {
    reserve(bytes + 1);
    if (inLine) {
      buffer[filled++] = '\t';
    }
    inLine = true;
  }

  /** Ends a line. If the buffer is full then, it must be read and cleared before the row goes. */
  void endLine() {
    reserve(1);
    buffer[filled++] = '\n';
    inLine = false;
  }

  boolean isFull() {
    return filled + lentBytes >= capacity;
  }

  /** Reads everything that was written since it was cleared; once. */
  InputStream read() {
    List<InputStream> parts = new ArrayList<>();
    int at = 0;
    for (Lent value : lent) {
      parts.add(new ByteArrayInputStream(buffer, at, value.at() - at));
      parts.add(value.escaped());
      at = value.at();
    }
    parts.add(new ByteArrayInputStream(buffer, at, filled - at));
    return new SequenceInputStream(Collections.enumeration(parts));
  }

  void clear() {
    filled = 0;
    lent.clear();
    lentBytes = 0;
  }

  private void reserve(int more) {
    int needed = filled + more;
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(needed, 2 * buffer.length));
    }
  }
}
