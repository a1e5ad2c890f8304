package io.walferry.sink;

/** Which changes of a table have to be applied in their order at a destination. */
public enum ChangeOrder {
  /** Those of the same key. */
  BY_KEY,
  /** All of the table: it has other keys, or rows that are not found by one. */
  BY_TABLE,
  /** All of every table: something at the destination sees it, as a trigger does. */
  OVERALL
}
