package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.sinks.sql.SqlSession;

/** Creates schemas. */
final class Schemas {
  private Schemas() {}

  /** Looks first, since even IF NOT EXISTS asks for the right to create one. */
  static void ensure(SqlSession session, String schema) {
    String attempt = "create schema " + schema;
    String sql = "SELECT 1 FROM pg_namespace WHERE nspname = ?";
    if (!session.exists(attempt, sql, schema)) {
      session.execute(attempt, "CREATE SCHEMA IF NOT EXISTS " + TableId.quote(schema));
    }
  }
}
