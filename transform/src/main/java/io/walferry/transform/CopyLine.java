package io.walferry.transform;

import io.walferry.change.Row;
import java.io.ByteArrayOutputStream;

/** Writes rows as lines of COPY's text format. Not for several threads. */
final class CopyLine {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** A row whose columns are text or NULL, with its line feed. */
  byte[] of(Row row) {
    line.reset();
    for (int column = 0; column < row.columnCount(); column++) {
      if (column > 0) {
        line.write('\t');
      }
      if (row.isNull(column)) {
        line.write('\\');
        line.write('N');
      } else {
        value(row, column);
      }
    }
    line.write('\n');
    return line.toByteArray();
  }

  private void value(Row row, int column) {
    int length = row.length(column);
    for (int i = 0; i < length; i++) {
      byte next = row.byteAt(column, i);
      switch (next) {
        case '\\' -> escaped('\\');
        case '\t' -> escaped('t');
        case '\n' -> escaped('n');
        case '\r' -> escaped('r');
        default -> line.write(next);
      }
    }
  }

  private void escaped(char letter) {
    line.write('\\');
    line.write(letter);
  }
}
