package io.walferry.testkit.type;

/**
 * One value of one type, as SQL and as the server prints it.
 *
 * @param type as SQL names it, with its schema if that is not {@code pg_catalog}
 * @param input what the type's input function takes
 * @param text what its output function gives in a session with UTC, ISO dates, {@code IntervalStyle
 *     postgres}, {@code bytea_output hex}, {@code lc_monetary C} and an empty search path
 * @param sinceMajor the first version of PostgreSQL that does
 */
public record TypeCase(String type, String input, String text, int sinceMajor) {
  /** An SQL expression for the value. */
  public String expression() {
    return "'" + input.replace("'", "''") + "'::" + type;
  }

  /** Whether a server of this major version knows type and value. */
  public boolean existsIn(int major) {
    return major >= sinceMajor;
  }

  @Override
  public String toString() {
    return type + " " + (input.length() > 60 ? input.substring(0, 60) + "…" : input);
  }
}
