package io.walferry.sinks.table;

/** What becomes of a table of the destination when the source's table is altered. */
public enum DdlPolicy {
  /** The same is done to it. */
  APPLY,
  /** It stays as it is, and takes of later rows what it can. */
  IGNORE,
  /** The feed stops until somebody has done it. */
  HALT
}
