package io.walferry.sinks.table;

/** Which of the source's indexes tables of the destination get, besides the primary key. */
public enum IndexPolicy {
  /** None but those that the feed needs itself. */
  NONE,
  /**
   * All that the destination has the like of, none of them unique: the source sees to that, and
   * between two commits of it rows come in another order.
   */
  PLAIN
}
