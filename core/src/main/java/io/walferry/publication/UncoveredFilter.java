package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table whose row filter asks for more than its replica identity tells of old rows: the server
 * refuses the application's own UPDATE and DELETE on it as soon as a publication carries them.
 *
 * @param table the one that holds the rows: a partition, where the filter is its root's
 * @param columns of the filter that the identity lacks
 */
public record UncoveredFilter(TableId table, List<String> columns) {
  /**
   * What an expression refers to is what its entry depends on: the server has noted that as it
   * parsed it. {@code REPLICA IDENTITY NOTHING} is its owner's choice; updates fail anyway.
   */
  private static final String QUERY =
      """
      with recursive tree(entry, root, oid) as (
        select r.oid, r.prrelid, r.prrelid
        from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
        where p.pubname = ? and r.prqual is not null
        union all
        select tree.entry, tree.root, i.inhrelid from tree
        join pg_inherits i on i.inhparent = tree.oid
        join pg_class child on child.oid = i.inhrelid and child.relispartition
      )
      select n.nspname, l.relname, a.attname
      from tree
      join pg_class l on l.oid = tree.oid and l.relkind = 'r' and l.relreplident in ('d', 'i')
      join pg_namespace n on n.oid = l.relnamespace
      join pg_depend d on d.classid = 'pg_publication_rel'::regclass and d.objid = tree.entry
        and d.refclassid = 'pg_class'::regclass and d.refobjid = tree.root and d.refobjsubid > 0
      join pg_attribute a on a.attrelid = tree.root and a.attnum = d.refobjsubid
      where not exists (
        select from pg_index i
        cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, place)
        join pg_attribute ka on ka.attrelid = i.indrelid and ka.attnum = k.attnum
        where i.indrelid = l.oid and k.place <= i.indnkeyatts and ka.attname = a.attname
          and case l.relreplident when 'd' then i.indisprimary else i.indisreplident end)
      group by n.nspname, l.relname, a.attname, a.attnum
      order by n.nspname::text collate "C", l.relname::text collate "C", a.attnum
      """;

  public UncoveredFilter {
    columns = List.copyOf(columns);
  }

  /** Those of a publication of a server that has row filters, in order of their names. */
  public static List<UncoveredFilter> of(Connection connection, String publication) {
    try (PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setString(1, publication);
      List<UncoveredFilter> uncovered = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        boolean more = rows.next();
        while (more) {
          TableId table = new TableId(rows.getString(1), rows.getString(2));
          List<String> columns = new ArrayList<>();
          while (more && table.equals(new TableId(rows.getString(1), rows.getString(2)))) {
            columns.add(rows.getString(3));
            more = rows.next();
          }
          uncovered.add(new UncoveredFilter(table, columns));
        }
      }
      return uncovered;
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the row filters of publication " + publication);
    }
  }

  /** The statement that has the identity tell every column. */
  public String identityStatement() {
    return "ALTER TABLE " + table.quoted() + " REPLICA IDENTITY FULL;";
  }

  @Override
  public String toString() {
    return table + " (" + String.join(", ", columns) + ")";
  }
}
