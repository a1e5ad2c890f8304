package io.walferry.bench.follow;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Row;

/**
 * Makes a string of every column, as a client does that uses the values. Not for several threads.
 */
final class ColumnReader {
  private long rows;
  private long characters;

  void read(Change change) {
    switch (change) {
      case Change.Insert insert -> take(insert.after());
      case Change.Update update -> {
        take(update.after());
        readOld(update.before());
      }
      case Change.Delete delete -> {
        rows++;
        readOld(delete.before());
      }
      case Change.Truncate truncate -> {}
      case Change.Message message -> {}
    }
  }

  private void take(Row row) {
    rows++;
    readColumns(row);
  }

  private void readOld(OldRow old) {
    switch (old) {
      case OldRow.Full full -> readColumns(full.row());
      case OldRow.Key key -> readColumns(key.row());
      case OldRow.Absent absent -> {}
    }
  }

  private void readColumns(Row row) {
    for (int column = 0; column < row.columnCount(); column++) {
      switch (row.kind(column)) {
        case TEXT -> characters += row.text(column).length();
        case BINARY -> characters += row.bytes(column).length;
        case NULL, UNCHANGED -> {}
      }
    }
  }

  long rows() {
    return rows;
  }

  /** Of all columns; whoever uses it keeps the compiler from leaving the reading out. */
  long characters() {
    return characters;
  }
}
