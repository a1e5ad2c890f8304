package io.walferry.testkit.compare;

/** A table by its exact, unquoted names. */
public record TableName(String schema, String name) {

  /** The name as SQL takes it, both parts quoted. */
  public String sql() {
    return quoted(schema) + "." + quoted(name);
  }

  static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  @Override
  public String toString() {
    return sql();
  }
}
