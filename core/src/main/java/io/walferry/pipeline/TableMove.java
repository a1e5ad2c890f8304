package io.walferry.pipeline;

import io.walferry.change.TableId;

/** What becomes of a whole table of a destination at one place of the stream. */
sealed interface TableMove {
  /** The name by which it is followed so far. */
  TableId table();

  /** The source has dropped it. */
  record Dropped(TableId table) implements TableMove {}

  /** The source calls it otherwise, or has put it into another schema. */
  record Renamed(TableId table, TableId to) implements TableMove {}

  /** It is followed no more, though the source has it. */
  record Left(TableId table) implements TableMove {}

  /**
   * The source calls it otherwise, by a name that another table has here already, which was read
   * later than that. It keeps its name until that one is free or it gets another one, and is loaded
   * again.
   */
  record Waits(TableId table, TableId to) implements TableMove {}
}
