package io.walferry.preflight;

import io.walferry.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the role of the session may do with a table.
 *
 * @param schemaUsage may look into its schema
 * @param select may read all its columns
 * @param owner may publish it
 * @param rowsHidden whether row security keeps rows from the role
 */
record TableRights(boolean schemaUsage, boolean select, boolean owner, boolean rowsHidden) {
  private static final String QUERY =
      """
      select n.nspname, c.relname, has_schema_privilege(n.oid, 'usage'),
        has_table_privilege(c.oid, 'select') or not exists (
          select from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and not has_column_privilege(c.oid, a.attnum, 'select')),
        pg_has_role(c.relowner, 'usage'), row_security_active(c.oid)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p')
        and (n.nspname, c.relname) in (select * from unnest(?::name[], ?::name[]))
      """;

  static Map<TableId, TableRights> read(Connection connection, Collection<TableId> tables)
      throws SQLException {
    Map<TableId, TableRights> rights = new TreeMap<>();
    try (PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setArray(
          1, connection.createArrayOf("text", tables.stream().map(TableId::schema).toArray()));
      query.setArray(
          2, connection.createArrayOf("text", tables.stream().map(TableId::name).toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          rights.put(
              new TableId(rows.getString(1), rows.getString(2)),
              new TableRights(
                  rows.getBoolean(3), rows.getBoolean(4), rows.getBoolean(5), rows.getBoolean(6)));
        }
      }
    }
    return rights;
  }
}
