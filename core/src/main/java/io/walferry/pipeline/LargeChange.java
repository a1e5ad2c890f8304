package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.HeapNeed;
import io.walferry.error.WalferryException;

/** Finds the value of a change for which there was no memory. */
final class LargeChange {
  /** A shorter value is not what has filled a heap. */
  private static final int LARGE_BYTES = 1 << 20;

  private final Relation relation;
  private int column;
  private long bytes;

  private LargeChange(Relation relation) {
    this.relation = relation;
  }

  /** Returns {@code MEMORY_EXHAUSTED} with the table, the column and the size. */
  static WalferryException tooLarge(Change change, OutOfMemoryError cause) {
    return switch (change) {
      case Change.Insert(var relation, var after) ->
          new LargeChange(relation).with(after).failure(cause);
      case Change.Update(var relation, var before, var after) ->
          new LargeChange(relation).with(before).with(after).failure(cause);
      case Change.Delete(var relation, var before) ->
          new LargeChange(relation).with(before).failure(cause);
      case Change.Truncate truncate -> full(cause);
      case Change.Message message ->
          HeapNeed.exceeded("a logical message", message.byteSize(), cause);
    };
  }

  /** Returns {@code MEMORY_EXHAUSTED} where no value is known to be the reason. */
  static WalferryException full(OutOfMemoryError cause) {
    return HeapNeed.exceeded("what this feed holds", cause);
  }

  private LargeChange with(OldRow before) {
    return switch (before) {
      case OldRow.Full(Row row) -> with(row);
      case OldRow.Key(Row row) -> with(row);
      case OldRow.Absent absent -> this;
    };
  }

  private LargeChange with(Row row) {
    for (int i = 0; i < row.columnCount(); i++) {
      if (row.length(i) > bytes) {
        column = i;
        bytes = row.length(i);
      }
    }
    return this;
  }

  private WalferryException failure(OutOfMemoryError cause) {
    if (bytes < LARGE_BYTES) {
      return full(cause);
    }
    String name = relation.columns().get(column).name();
    return HeapNeed.exceeded("column " + name + " of table " + relation.table(), bytes, cause);
  }
}
