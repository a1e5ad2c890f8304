package io.walferry.change;

/** A table's schema and name, exactly as the catalog spells them (no quotes, no case folding). */
public record TableId(String schema, String name) implements Comparable<TableId> {
  /**
   * Returns both parts for messages, in quotes where SQL needs them for their characters, so that
   * no two tables look alike. Key words go without: use {@link #quoted()} in SQL.
   */
  @Override
  public String toString() {
    return shown(schema) + "." + shown(name);
  }

  private static String shown(String identifier) {
    boolean plain = !identifier.isEmpty() && !isDigit(identifier.charAt(0));
    for (int i = 0; plain && i < identifier.length(); i++) {
      char c = identifier.charAt(i);
      plain = (c >= 'a' && c <= 'z') || c == '_' || isDigit(c) || c > 0x7F;
    }
    return plain ? identifier : quote(identifier);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** For SQL: both parts as quoted identifiers. */
  public String quoted() {
    return quote(schema) + "." + quote(name);
  }

  /** One identifier, quoted by the rule that PostgreSQL and SQLite share. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  @Override
  public int compareTo(TableId other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }
}
