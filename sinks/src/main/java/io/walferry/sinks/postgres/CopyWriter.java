package io.walferry.sinks.postgres;

import io.walferry.change.Row;
import io.walferry.sink.CopyFormat;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Sends rows of the stream by COPY, in text or in binary, where values go as they came. Not for
 * several threads.
 */
final class CopyWriter {
  private static final int SEND_BYTES = 64 * 1024;

  /** Longer values go piece by piece. */
  private static final int PIECE_BYTES = 16 * 1024;

  /** Flags and the length of an extension follow the signature. */
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final int NULL_LENGTH = -1;
  private static final short TRAILER = -1;

  private final RowText text;
  private final CopyStream copy;
  private final CopyFormat format;
  private final Row.BytesReader<Integer> escaping = this::putEscaped;
  private byte[] buffer = new byte[SEND_BYTES + 2 * PIECE_BYTES + 64];
  private final byte[] piece = new byte[PIECE_BYTES];
  private int filled;
  private long rows;

  /** Into a COPY of that format. */
  CopyWriter(RowText text, CopyStream copy, CopyFormat format) {
    this.text = text;
    this.copy = copy;
    this.format = format;
    if (format == CopyFormat.BINARY) {
      filled = HEADER.length;
      System.arraycopy(HEADER, 0, buffer, 0, filled);
    }
  }

  /** Whether a row can go as it is, without a value of it being printed or read. */
  static boolean passes(Row row) {
    for (int column = 0; column < row.columnCount(); column++) {
      Row.Kind kind = row.kind(column);
      if (kind != Row.Kind.BINARY && kind != Row.Kind.NULL) {
        return false;
      }
    }
    return true;
  }

  /**
   * Takes the next row.
   *
   * @param row one that {@link #passes} if the format is binary
   */
  void write(Row row) throws SQLException {
    switch (format) {
      case TEXT -> writeText(row);
      case BINARY -> writeBinary(row);
    }
    rows++;
    sendIfFull();
  }

  private void sendIfFull() throws SQLException {
    if (filled >= SEND_BYTES) {
      send();
    }
  }

  private void writeText(Row row) throws SQLException {
    for (int column = 0; column < row.columnCount(); column++) {
      if (column > 0) {
        put((byte) '\t');
      }
      switch (row.kind(column)) {
        case NULL -> {
          put((byte) '\\');
          put((byte) 'N');
        }
        case TEXT -> {
          if (text.isJudged(column)) {
            putPrinted(row, column);
          } else if (row.length(column) <= PIECE_BYTES) {
            int unused = row.read(column, escaping);
          } else {
            pieces(row, column, this::putEscaped);
          }
        }
        case BINARY, UNCHANGED -> putPrinted(row, column);
      }
      sendIfFull();
    }
    put((byte) '\n');
  }

  private void putPrinted(Row row, int column) throws SQLException {
    byte[] printed = text.value(row, column).getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < printed.length; from += PIECE_BYTES) {
      int unused = putEscaped(printed, from, Math.min(PIECE_BYTES, printed.length - from));
      sendIfFull();
    }
  }

  private void writeBinary(Row row) throws SQLException {
    putShort((short) row.columnCount());
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.length(column) <= PIECE_BYTES) {
        reserve(Integer.BYTES + PIECE_BYTES);
        int length = row.copy(column, buffer, filled + Integer.BYTES);
        putInt(length == 0 && row.isNull(column) ? NULL_LENGTH : length);
        filled += length;
      } else {
        putInt(row.length(column));
        pieces(row, column, this::put);
      }
      sendIfFull();
    }
  }

  /** Takes the first bytes of an array. */
  private interface PieceTaker {
    void take(byte[] piece, int length);
  }

  /** Hands on a long value, of which there is no copy as a whole. */
  private void pieces(Row row, int column, PieceTaker taker) throws SQLException {
    int length = row.length(column);
    for (int from = 0; from < length; from += PIECE_BYTES) {
      int count = Math.min(PIECE_BYTES, length - from);
      row.copy(column, from, count, piece, 0);
      taker.take(piece, count);
      sendIfFull();
    }
  }

  /** Ends the COPY and returns whether the server took every row. */
  boolean finish() throws SQLException {
    if (format == CopyFormat.BINARY) {
      putShort(TRAILER);
    }
    send();
    return copy.end() == rows;
  }

  private void send() throws SQLException {
    copy.send(buffer, filled);
    filled = 0;
  }

  private void putEscaped(byte[] value, int length) {
    int unused = putEscaped(value, 0, length);
  }

  private int putEscaped(byte[] value, int start, int length) {
    reserve(Math.multiplyExact(2, length));
    byte[] target = buffer;
    int at = filled;
    for (int i = start; i < start + length; i++) {
      byte next = value[i];
      // Everything that has to be escaped is a backslash or at most a carriage return.
      if (next == '\\' || (next <= '\r' && next >= '\t')) {
        at = putEscape(target, at, next);
      } else {
        target[at++] = next;
      }
    }
    filled = at;
    return length;
  }

  private static int putEscape(byte[] target, int start, byte next) {
    int at = start;
    byte escape =
        switch (next) {
          case '\t' -> (byte) 't';
          case '\n' -> (byte) 'n';
          case '\r' -> (byte) 'r';
          case '\\' -> next;
          default -> 0;
        };
    if (escape != 0) {
      target[at++] = '\\';
      target[at++] = escape;
    } else {
      target[at++] = next;
    }
    return at;
  }

  private void put(byte next) {
    reserve(1);
    buffer[filled++] = next;
  }

  private void put(byte[] bytes, int length) {
    reserve(length);
    System.arraycopy(bytes, 0, buffer, filled, length);
    filled += length;
  }

  private void putInt(int value) {
    reserve(Integer.BYTES);
    BigEndian.put(buffer, filled, value);
    filled += Integer.BYTES;
  }

  private void putShort(short value) {
    reserve(Short.BYTES);
    buffer[filled++] = (byte) (value >> 8);
    buffer[filled++] = (byte) value;
  }

  private void reserve(int more) {
    int needed = Math.addExact(filled, more);
    if (needed > buffer.length) {
      long doubled = Math.min(2L * buffer.length, Integer.MAX_VALUE - 8L);
      buffer = Arrays.copyOf(buffer, (int) Math.max(needed, doubled));
    }
  }
}
