package io.walferry.change;

/** A table's schema and name, exactly as the catalog spells them (no quotes, no case folding). */
public record TableId(String schema, String name) implements Comparable<TableId> {
  /** For messages and metrics. Use {@link #quoted()} in SQL. */
  @Override
  public String toString() {
    return schema + "." + name;
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
