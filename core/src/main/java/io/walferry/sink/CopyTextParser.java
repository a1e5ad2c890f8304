package io.walferry.sink;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;

/**
 * Turns lines of COPY's text format into rows: tabs between columns, {@code \N} for NULL, backslash
 * escapes. Escapes are taken out in place, since that only shortens a column; the line belongs to
 * the row afterwards.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">COPY, File Formats</a>
 */
public final class CopyTextParser {
  private final int columnCount;
  private final String where;

  public CopyTextParser(int columnCount, String where) {
    this.columnCount = columnCount;
    this.where = where;
  }

  /** Takes one line with its line feed. */
  public Row parse(byte[] line) {
    int end = line.length - 1;
    if (end < 0 || line[end] != '\n') {
      throw malformed("a line without its end");
    }
    Row.Builder row = new Row.Builder(line, columnCount);
    int column = 0;
    for (int start = 0; columnCount > 0 && start <= end; column++) {
      if (column == columnCount) {
        throw malformed("more columns");
      }
      int stop = start;
      boolean escaped = false;
      while (stop < end && line[stop] != '\t') {
        escaped |= line[stop] == '\\';
        stop++;
      }
      place(row, line, start, stop, escaped);
      start = stop + 1;
    }
    if (column != columnCount) {
      throw malformed(column + " columns");
    }
    return row.build();
  }

  private void place(Row.Builder row, byte[] line, int start, int stop, boolean escaped) {
    if (!escaped) {
      row.text(start, stop - start);
    } else if (stop - start == 2 && line[start + 1] == 'N') {
      row.nullValue();
    } else {
      row.text(start, unescape(line, start, stop) - start);
    }
  }

  /** Returns the new end of the column. */
  private int unescape(byte[] line, int start, int stop) {
    int to = start;
    for (int from = start; from < stop; from++) {
      byte next = line[from];
      if (next == '\\') {
        if (++from == stop) {
          throw malformed("an escape without its character");
        }
        next = unescaped(line[from]);
      }
      line[to++] = next;
    }
    return to;
  }

  private static byte unescaped(byte escape) {
    return switch (escape) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0B;
      default -> escape;
    };
  }

  private WalferryException malformed(String got) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION,
        "expected " + columnCount + " columns in each line of COPY of " + where + ", got " + got);
  }
}
