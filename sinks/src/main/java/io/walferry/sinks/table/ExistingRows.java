package io.walferry.sinks.table;

/** What becomes of rows that a destination has before a table is loaded for the first time. */
public enum ExistingRows {
  /** The load is refused. */
  REFUSE,
  /** They stay. */
  APPEND,
  /** They are removed, in the transaction that gets the tables ready. */
  REPLACE,
  /**
   * A row that is loaded or inserted, then or later, takes the place of the one with the same
   * primary key; the others stay.
   */
  MERGE;

  /** Whether every row of a table is the feed's. */
  public boolean leavesOnlyOurs() {
    return this == REFUSE || this == REPLACE;
  }
}
