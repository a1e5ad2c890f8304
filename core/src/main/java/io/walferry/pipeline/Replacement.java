package io.walferry.pipeline;

/**
 * Says what to do if a table that is followed is not what it was: it has another name, or another
 * table has its name. Where the source tells of its DDL, the stream says what was done instead.
 */
public enum Replacement {
  /** Stop with advice. */
  FAIL,
  /** Load the table that has the name now, in the place of the rows that are there. */
  RELOAD,
  /** Leave the rows as they are, and follow neither table until the next start looks again. */
  LEAVE
}
