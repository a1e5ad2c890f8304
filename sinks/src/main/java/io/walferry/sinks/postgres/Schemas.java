package io.walferry.sinks.postgres;

import io.walferry.change.TableId;

/** Creates schemas. */
final class Schemas {
  private Schemas() {}

  /** Looks first, since even IF NOT EXISTS asks for the right to create one. */
  static void ensure(DestinationDatabase database, String schema) {
    String attempt = "create schema " + schema;
    String sql = "SELECT 1 FROM pg_namespace WHERE nspname = ?";
    if (database.query(attempt, sql, row -> 1, schema).isEmpty()) {
      database.execute(attempt, "CREATE SCHEMA IF NOT EXISTS " + TableId.quote(schema));
    }
  }
}
