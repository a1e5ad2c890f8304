package io.walferry.sinks.sqlserver;

import io.walferry.sinks.sql.SqlSession;
import java.util.List;

/** What stands on a column and has to go before it. */
record ColumnDependent(Kind kind, String name) {
  enum Kind {
    CONSTRAINT,
    INDEX,
    STATISTICS
  }

  /**
   * Constraints of a whole table, and the conditions of indexes, are known by the column's name in
   * their text, which the server has put in brackets: who depends on what is for owners of the
   * database to see. A clustered columnstore index (5) has all columns, and lets each of them go.
   * Statistics that the server has made by itself go with the column.
   */
  private static final String QUERY =
      """
      WITH c AS (SELECT object_id, column_id, name FROM sys.columns
        WHERE object_id = OBJECT_ID(?) AND name = ?)
      SELECT 1, N'CONSTRAINT', f.name FROM c
        JOIN sys.foreign_key_columns k ON k.parent_object_id = c.object_id
          AND k.parent_column_id = c.column_id
        JOIN sys.foreign_keys f ON f.object_id = k.constraint_object_id
      UNION SELECT 2, N'CONSTRAINT', k.name FROM c
        JOIN sys.check_constraints k ON k.parent_object_id = c.object_id
          AND (k.parent_column_id = c.column_id OR (k.parent_column_id = 0
            AND CHARINDEX(QUOTENAME(c.name), k.definition) > 0))
      UNION SELECT 3, N'CONSTRAINT', d.name FROM c
        JOIN sys.default_constraints d ON d.parent_object_id = c.object_id
          AND d.parent_column_id = c.column_id
      UNION SELECT 4, CASE WHEN i.is_primary_key = 1 OR i.is_unique_constraint = 1
          THEN N'CONSTRAINT' ELSE N'INDEX' END, i.name FROM c
        JOIN sys.indexes i ON i.object_id = c.object_id AND i.type > 0 AND i.type <> 5
          AND (CHARINDEX(QUOTENAME(c.name), i.filter_definition) > 0
            OR EXISTS (SELECT 1 FROM sys.index_columns k WHERE k.object_id = i.object_id
              AND k.index_id = i.index_id AND k.column_id = c.column_id))
      UNION SELECT 5, N'STATISTICS', s.name FROM c
        JOIN sys.stats_columns k ON k.object_id = c.object_id AND k.column_id = c.column_id
        JOIN sys.stats s ON s.object_id = k.object_id AND s.stats_id = k.stats_id
          AND s.user_created = 1
      ORDER BY 1, 3
      """;

  /** In the order in which they can go. */
  static List<ColumnDependent> read(SqlSession session, TableShape table, String column) {
    return session.query(
        "see what stands on column " + column + " of table " + table.name(),
        QUERY,
        row -> new ColumnDependent(Kind.valueOf(row.getString(2)), row.getString(3)),
        table.quoted(),
        column);
  }

  String dropStatement(TableShape table) {
    String quoted = TableName.quote(name);
    return switch (kind) {
      case CONSTRAINT -> "ALTER TABLE " + table.quoted() + " DROP CONSTRAINT " + quoted;
      case INDEX -> "DROP INDEX " + quoted + " ON " + table.quoted();
      case STATISTICS -> "DROP STATISTICS " + table.quoted() + "." + quoted;
    };
  }
}
