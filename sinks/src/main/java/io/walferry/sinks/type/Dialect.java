package io.walferry.sinks.type;

/** The columns of the type table. */
public enum Dialect {
  POSTGRES("PostgreSQL"),
  SQLITE("SQLite"),
  MYSQL("MySQL, MariaDB"),
  SQLSERVER("SQL Server");

  private final String title;

  Dialect(String title) {
    this.title = title;
  }

  /** For people. */
  public String title() {
    return title;
  }
}
