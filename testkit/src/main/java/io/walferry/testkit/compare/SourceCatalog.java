package io.walferry.testkit.compare;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What tables and columns the source has. */
final class SourceCatalog {
  private static final String TABLES =
      """
      select n.nspname, c.relname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema')
      order by 1, 2
      """;
  private static final String COLUMNS =
      """
      select a.attname, coalesce(base.typname, t.typname),
        coalesce(array_position(string_to_array(k.indkey::text, ' '), a.attnum::text), 0)
      from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_type t on t.oid = a.atttypid
        left join pg_type base on t.typtype = 'd' and base.oid = t.typbasetype
        left join pg_index k on k.indrelid = c.oid and k.indisprimary
      where n.nspname = ? and c.relname = ? and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """;

  private SourceCatalog() {}

  /** All tables of users, each partitioned table as one. */
  static List<TableName> tables(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(TABLES)) {
      var tables = new ArrayList<TableName>();
      while (rows.next()) {
        tables.add(new TableName(rows.getString(1), rows.getString(2)));
      }
      return tables;
    }
  }

  /** The columns in order; none if there is no such table. */
  static List<Column> columns(Connection connection, TableName table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet rows = statement.executeQuery()) {
        var columns = new ArrayList<Column>();
        while (rows.next()) {
          columns.add(new Column(rows.getString(1), rows.getString(2), rows.getInt(3)));
        }
        return columns;
      }
    }
  }
}
