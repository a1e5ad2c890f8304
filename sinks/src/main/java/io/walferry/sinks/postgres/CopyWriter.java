package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import java.sql.SQLException;
import java.util.Arrays;

/** Sends rows as the stream has them, by COPY in text format. Not for several threads. */
final class CopyWriter {
  private static final int SEND_BYTES = 64 * 1024;

  private final Relation relation;
  private final CopyStream copy;
  private byte[] buffer = new byte[SEND_BYTES + 8 * 1024];
  private int filled;
  private long rows;

  CopyWriter(Relation relation, CopyStream copy) {
    this.relation = relation;
    this.copy = copy;
  }

  void write(Row row) throws SQLException {
    for (int column = 0; column < row.columnCount(); column++) {
      if (column > 0) {
        put((byte) '\t');
      }
      switch (row.kind(column)) {
        case NULL -> {
          put((byte) '\\');
          put((byte) 'N');
        }
        case TEXT -> putEscaped(row.bytes(column));
        case UNCHANGED, BINARY -> throw RowText.violation(relation, row, column);
      }
    }
    put((byte) '\n');
    rows++;
    if (filled >= SEND_BYTES) {
      send();
    }
  }

  /** Ends the COPY and returns whether the server took every row. */
  boolean finish() throws SQLException {
    send();
    return copy.end() == rows;
  }

  private void send() throws SQLException {
    copy.send(buffer, filled);
    filled = 0;
  }

  private void putEscaped(byte[] value) {
    reserve(2 * value.length);
    byte[] target = buffer;
    int at = filled;
    for (byte next : value) {
      // Everything that has to be escaped is a backslash or at most a carriage return.
      if (next == '\\' || (next <= '\r' && next >= '\t')) {
        at = putEscape(target, at, next);
      } else {
        target[at++] = next;
      }
    }
    filled = at;
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

  private void reserve(int more) {
    int needed = Math.addExact(filled, more);
    if (needed > buffer.length) {
      long doubled = Math.min(2L * buffer.length, Integer.MAX_VALUE - 8L);
      buffer = Arrays.copyOf(buffer, (int) Math.max(needed, doubled));
    }
  }
}
