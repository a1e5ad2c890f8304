package io.walferry.publication;

import io.walferry.postgres.PostgresErrors;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the indexes of tables from the source's catalog. */
public final class SourceIndexes {
  /**
   * Valid indexes in order of their names. What an expression or a condition looks at is in {@code
   * pg_depend} only, and what a constraint's index holds is not. {@code to_jsonb}, since the column
   * is missing before 11.
   */
  private static final String QUERY =
      """
      select c.relname,
        case when m.amname = 'btree' and i.indexprs is null and i.indpred is null
          then array(select a.attname::text
            from unnest(i.indkey::int2[]) with ordinality k(attnum, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
            where k.place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)
            order by k.place)
          else '{}' end,
        array(select a.attname::text from pg_attribute a
          where a.attrelid = i.indrelid and a.attnum > 0
            and (a.attnum = any (i.indkey::int2[]) or exists (
              select from pg_depend d
              where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid
                and d.refobjsubid = a.attnum))),
        pg_get_indexdef(i.indexrelid),
        format('CREATE %sINDEX %I ON %s%I.%I ', case when i.indisunique then 'UNIQUE ' else '' end,
          c.relname, case t.relkind when 'p' then 'ONLY ' else '' end, n.nspname, t.relname)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_am m on m.oid = c.relam
      join pg_class t on t.oid = i.indrelid
      join pg_namespace n on n.oid = t.relnamespace
      where i.indrelid = ?::oid and i.indisvalid
      order by c.relname::text collate "C"
      """;

  private SourceIndexes() {}

  /** All of a table's, also those of its keys; of its published columns as far as they go. */
  public static List<SourceIndex> read(Connection connection, PublishedTable table) {
    try (PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setLong(1, Integer.toUnsignedLong(table.oid()));
      try (ResultSet rows = query.executeQuery()) {
        List<SourceIndex> indexes = new ArrayList<>();
        while (rows.next()) {
          indexes.add(index(rows).of(table.columnNames()));
        }
        return indexes;
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the indexes of " + table);
    }
  }

  private static SourceIndex index(ResultSet row) throws SQLException {
    String statement = row.getString(4);
    String head = row.getString(5);
    return new SourceIndex(
        row.getString(1),
        strings(row.getArray(2)),
        Set.copyOf(strings(row.getArray(3))),
        statement.startsWith(head)
            ? Optional.of(statement.substring(head.length()))
            : Optional.empty());
  }

  private static List<String> strings(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }
}
