package io.walferry.sinks.sqlserver;

import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The primary key of a table, as it was declared: none of its columns takes another type while it
 * is there.
 *
 * @param columns in SQL, with their order where it is another one
 */
record PrimaryKey(String name, boolean clustered, List<String> columns) {
  private static final String QUERY =
      """
      SELECT i.name, CASE WHEN i.type = 1 THEN 1 ELSE 0 END, c.name,
        CAST(k.is_descending_key AS int)
      FROM sys.indexes i
      JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
      JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
      WHERE i.object_id = OBJECT_ID(?) AND i.is_primary_key = 1 AND k.key_ordinal > 0
      ORDER BY k.key_ordinal
      """;

  PrimaryKey {
    columns = List.copyOf(columns);
  }

  static Optional<PrimaryKey> read(SqlSession session, TableShape table) {
    List<PrimaryKey> parts =
        session.query(
            "read the primary key of table " + table.name(),
            QUERY,
            row -> {
              String order = row.getInt(4) == 1 ? " DESC" : "";
              String column = TableName.quote(row.getString(3)) + order;
              return new PrimaryKey(row.getString(1), row.getInt(2) == 1, List.of(column));
            },
            table.quoted());
    return parts.stream()
        .findFirst()
        .map(
            first ->
                new PrimaryKey(
                    first.name,
                    first.clustered,
                    parts.stream().map(part -> part.columns.getFirst()).toList()));
  }

  String dropStatement(TableShape table) {
    return "ALTER TABLE " + table.quoted() + " DROP CONSTRAINT " + TableName.quote(name);
  }

  String addStatement(TableShape table) {
    return "ALTER TABLE "
        + table.quoted()
        + " ADD CONSTRAINT "
        + TableName.quote(name)
        + " PRIMARY KEY "
        + (clustered ? "CLUSTERED" : "NONCLUSTERED")
        + columns.stream().collect(Collectors.joining(", ", " (", ")"));
  }
}
