package io.walferry.publication;

/**
 * What rows that were there before their table got a column have in it. The stream does not carry
 * that: adding a column changes no row. A column that was renamed looks as if it had been added.
 */
public sealed interface FormerValue {
  /** NULL; what an UPDATE put there later is in the stream. */
  enum Null implements FormerValue {
    NULL
  }

  /**
   * The constant that the column was added with.
   *
   * @param text as PostgreSQL prints it
   */
  record Constant(String text) implements FormerValue {
    /** Shows no value. */
    @Override
    public String toString() {
      return "Constant";
    }
  }

  /**
   * The catalog does not say: there is a default that each row may have got another value of, or
   * the table was rewritten (by VACUUM FULL or TRUNCATE, say), after which a constant is not on
   * record any more; before 11 it never is, since adding a column with a default rewrites the
   * table. Or the column may have been there before it was published.
   */
  enum Unknown implements FormerValue {
    UNKNOWN
  }
}
