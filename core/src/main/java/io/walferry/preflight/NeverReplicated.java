package io.walferry.preflight;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What a database holds that no publication carries. */
final class NeverReplicated {
  private static final int NAMES_MAX = 5;

  private static final String QUERY =
      """
      select kind, count(*), (array_agg(name order by name))[1:%d]
      from (
        select case
            when c.relkind = 'S' then 'sequences'
            when c.relkind = 'f' then 'foreign tables'
            when c.relkind = 'm' then 'materialized views'
            else 'unlogged tables' end as kind,
          n.nspname || '.' || c.relname as name
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
          and n.nspname <> 'walferry_ddl'
          and (c.relkind in ('S', 'f', 'm') or c.relkind = 'r' and c.relpersistence = 'u')
        union all
        select 'large objects', oid::text from pg_largeobject_metadata
      ) o
      group by kind
      order by kind
      """
          .formatted(NAMES_MAX);

  private NeverReplicated() {}

  static List<Finding> findings(Connection connection) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.note(
            "DDL",
            "made at the destination too",
            "never replicates",
            "CREATE, ALTER and DROP are not in the stream; new columns show up with the next"
                + " row."));
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(QUERY)) {
      while (rows.next()) {
        String[] names = (String[]) rows.getArray(3).getArray();
        long count = rows.getLong(2);
        findings.add(
            Finding.note(
                rows.getString(1),
                "none, or not needed at the destination",
                count + ": " + String.join(", ", names) + (count > NAMES_MAX ? ", …" : ""),
                "PostgreSQL never replicates them logically."));
      }
    }
    return findings;
  }
}
