package io.walferry.pipeline;

import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tables the source has dropped, if it tells of that in its log: the stream has still to come
 * to the place where it does.
 */
final class DroppedTables {
  private static final String TELLS =
      """
      exists (
        select from pg_catalog.pg_class k
        join pg_catalog.pg_namespace n on n.oid = k.relnamespace
        where n.nspname = 'walferry_ddl' and k.relname = 'key'
          and pg_catalog.has_schema_privilege(n.oid, 'usage')
          and pg_catalog.has_table_privilege(k.oid, 'select'))
      """;

  private static final String GONE =
      """
      select o.oid from pg_catalog.unnest(?::pg_catalog.oid[]) o (oid)
      where not exists (select from pg_catalog.pg_class c where c.oid = o.oid) and
      """
          + TELLS;

  private DroppedTables() {}

  /** Whether the source tells this role of DDL at all. */
  static boolean areTold(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select " + TELLS)) {
      row.next();
      return row.getBoolean(1);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "see whether the source tells of DDL");
    }
  }

  /** Those of the tables that are gone; none where nothing is installed that tells. */
  static Set<Integer> among(Connection connection, Collection<Integer> oids) {
    String all =
        oids.stream().map(Integer::toUnsignedString).collect(Collectors.joining(",", "{", "}"));
    Set<Integer> gone = new HashSet<>();
    try (PreparedStatement query = connection.prepareStatement(GONE)) {
      query.setString(1, all);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          gone.add((int) rows.getLong(1));
        }
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "see which tables are gone");
    }
    return gone;
  }
}
