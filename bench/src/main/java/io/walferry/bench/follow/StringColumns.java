package io.walferry.bench.follow;

import io.walferry.change.Relation;
import io.walferry.change.Row;

/** Makes a string of every column. Not for several threads. */
final class StringColumns implements RowReader {
  private long characters;

  @Override
  public void read(Relation relation, Row row) {
    for (int column = 0; column < row.columnCount(); column++) {
      switch (row.kind(column)) {
        case TEXT -> characters += row.text(column).length();
        case BINARY -> characters += row.bytes(column).length;
        case NULL, UNCHANGED -> {}
      }
    }
  }

  /** Of all columns; whoever uses it keeps the compiler from leaving the reading out. */
  long characters() {
    return characters;
  }
}
