package io.walferry.deadletter;

/** What becomes of a change that the destination's rows do not fit. */
public enum RowPolicy {
  /** The feed stops at it. */
  HALT,
  /** It is passed over, and counted. */
  IGNORE,
  /** The new row is put there, whether one with its key was there or not. */
  UPSERT,
  /** It goes to the dead letters. */
  DEAD_LETTER
}
