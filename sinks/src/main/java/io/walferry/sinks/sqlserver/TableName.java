package io.walferry.sinks.sqlserver;

/** What a table is called at the destination. */
record TableName(String schema, String table) {
  /** For SQL. */
  String quoted() {
    return quote(schema) + "." + quote(table);
  }

  /** An identifier, whatever is in it. */
  static String quote(String identifier) {
    return '[' + identifier.replace("]", "]]") + ']';
  }

  /** A constant, whatever is in it. */
  static String literal(String text) {
    return "N'" + text.replace("'", "''") + "'";
  }

  /** For messages. */
  @Override
  public String toString() {
    return schema + "." + table;
  }
}
