package io.walferry.sinks.type;

/** What becomes of a value that a destination's native column cannot hold. */
public enum LossPolicy {
  /** The feed stops at it. */
  FAIL("fail"),
  /** The nearest value that the column can hold takes its place. */
  CLAMP("clamp"),
  /** NULL takes its place. Its word is not the one that YAML takes for nothing. */
  NULL("toNull"),
  /**
   * Columns of the type are created as text, and so hold everything as PostgreSQL prints it. In a
   * native column that is there already the feed stops at such a value.
   */
  TEXT("text");

  private final String word;

  LossPolicy(String word) {
    this.word = word;
  }

  /** As a configuration says it. */
  public String word() {
    return word;
  }
}
