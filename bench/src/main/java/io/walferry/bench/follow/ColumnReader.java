package io.walferry.bench.follow;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;

/** Counts rows and has every column of them read, old ones too. Not for several threads. */
final class ColumnReader implements ChangeReader {
  private final RowReader reader;
  private long rows;

  ColumnReader(RowReader reader) {
    this.reader = reader;
  }

  @Override
  public void read(Change change) {
    switch (change) {
      case Change.Insert(var relation, var after) -> take(relation, after);
      case Change.Update(var relation, var before, var after) -> {
        take(relation, after);
        readOld(relation, before);
      }
      case Change.Delete(var relation, var before) -> {
        rows++;
        readOld(relation, before);
      }
      case Change.Truncate truncate -> {}
      case Change.Message message -> {}
    }
  }

  private void take(Relation relation, Row row) {
    rows++;
    reader.read(relation, row);
  }

  private void readOld(Relation relation, OldRow old) {
    switch (old) {
      case OldRow.Full(var row) -> reader.read(relation, row);
      case OldRow.Key(var row) -> reader.read(relation, row);
      case OldRow.Absent absent -> {}
    }
  }

  long rows() {
    return rows;
  }
}
