package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which columns the row filters of a publication look at. */
final class FilterColumns {
  /**
   * Reads what entries depend on, which the server has noted as it parsed their expressions; an
   * entry depends once more on each column that it lists. Of a partition whose rows come under a
   * root's name, the topmost entry counts.
   */
  private static final String QUERY =
      """
      with recursive tree(entry, listed, root, oid) as (
        select r.oid, coalesce(r.prattrs::int2[], '{}'), r.prrelid, r.prrelid
        from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
        where p.pubname = ? and r.prqual is not null
          and not (p.pubviaroot and exists (
            select from pg_partition_ancestors(r.prrelid) above(oid)
            join pg_class c on c.oid = above.oid
            where above.oid <> r.prrelid and (
              exists (select from pg_publication_rel e
                where e.prpubid = p.oid and e.prrelid = above.oid)
              or exists (select from pg_publication_namespace s
                where s.pnpubid = p.oid and s.pnnspid = c.relnamespace))))
        union all
        select tree.entry, tree.listed, tree.root, i.inhrelid from tree
        join pg_inherits i on i.inhparent = tree.oid
        join pg_class child on child.oid = i.inhrelid and child.relispartition
      )
      select n.nspname, l.relname, a.attname
      from tree
      join pg_class l on l.oid = tree.oid and l.relkind = 'r'
      join pg_namespace n on n.oid = l.relnamespace
      join pg_depend d on d.classid = 'pg_publication_rel'::regclass and d.objid = tree.entry
        and d.refclassid = 'pg_class'::regclass and d.refobjid = tree.root and d.refobjsubid > 0
      join pg_attribute a on a.attrelid = tree.root and a.attnum = d.refobjsubid
      group by n.nspname, l.relname, a.attname, a.attnum, tree.listed
      having count(*) > (a.attnum = any (tree.listed))::int
      order by n.nspname::text collate "C", l.relname::text collate "C", a.attnum
      """;

  private FilterColumns() {}

  /** By the table that holds the rows; empty for a server that has no row filters. */
  static Map<TableId, List<String>> of(Connection connection, String publication) {
    try {
      if (connection.getMetaData().getDatabaseMajorVersion() < RowFilters.SINCE) {
        return Map.of();
      }
      try (PreparedStatement query = connection.prepareStatement(QUERY)) {
        query.setString(1, publication);
        Map<TableId, List<String>> columns = new HashMap<>();
        try (ResultSet rows = query.executeQuery()) {
          while (rows.next()) {
            columns
                .computeIfAbsent(
                    new TableId(rows.getString(1), rows.getString(2)), table -> new ArrayList<>())
                .add(rows.getString(3));
          }
        }
        return columns;
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the row filters of publication " + publication);
    }
  }
}
