package io.walferry.sinks.mysql;

import java.util.Arrays;

/** Lines as LOAD DATA reads them: tabs between fields, backslash escapes. */
final class LineBuffer implements ValueTarget {
  private byte[] buffer;
  private int filled;
  private boolean inLine;

  LineBuffer(int capacity) {
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
    beginField(Math.multiplyExact(2, length));
    byte[] target = buffer;
    int at = filled;
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
    filled = at;
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
    reserve(Math.addExact(bytes, 2));
    if (inLine) {
      buffer[filled++] = '\t';
    }
    inLine = true;
  }

  void endLine() {
    reserve(1);
    buffer[filled++] = '\n';
    inLine = false;
  }

  byte[] bytes() {
    return buffer;
  }

  int size() {
    return filled;
  }

  void clear() {
    filled = 0;
  }

  private void reserve(int more) {
    int needed = Math.addExact(filled, more);
    if (needed > buffer.length) {
      long doubled = Math.min(2L * buffer.length, Integer.MAX_VALUE - 8L);
      buffer = Arrays.copyOf(buffer, (int) Math.max(needed, doubled));
    }
  }
}
