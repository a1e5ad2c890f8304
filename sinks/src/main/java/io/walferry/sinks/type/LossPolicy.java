package io.walferry.sinks.type;

/** What becomes of a value that a destination's native column cannot hold. */
public enum LossPolicy {
  /** The feed stops at it. */
  FAIL,
  /** The nearest value that the column can hold takes its place. */
  CLAMP,
  /** NULL takes its place. */
  NULL,
  /**
   * Columns of the type are created as text, and so hold everything as PostgreSQL prints it. In a
   * native column that is there already the feed stops at such a value.
   */
  TEXT
}
