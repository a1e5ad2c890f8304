package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A followed table that the source's catalog does not have under the name by which it is followed,
 * or did not have under it for a while.
 *
 * @param table the name by which it is followed
 * @param now its name in the catalog; empty if it is gone
 * @param successor the oid of the table that has the followed name there; empty if none has
 */
record ReplacedTable(TableId table, int oid, Optional<TableId> now, OptionalInt successor) {
  /** A view that has the name is no successor. */
  private static final String QUERY =
      """
      select f.oid, f.nsp, f.name, n.nspname, c.relname,
        (select s.oid from pg_catalog.pg_class s
         join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
         where sn.nspname = f.nsp and s.relname = f.name and s.relkind in ('r', 'p'))
      from rows from (pg_catalog.unnest(?::pg_catalog.oid[]), pg_catalog.unnest(?::pg_catalog.name[]),
        pg_catalog.unnest(?::pg_catalog.name[])) f (oid, nsp, name)
      left join pg_catalog.pg_class c on c.oid = f.oid
      left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where (n.nspname = f.nsp and c.relname = f.name) is not true
      order by f.nsp, f.name
      """;

  /** Finds them among followed tables, which are given by name with their oids. */
  static List<ReplacedTable> among(Connection sql, Map<TableId, Integer> followed) {
    if (followed.isEmpty()) {
      return List.of();
    }
    List<ReplacedTable> replaced = new ArrayList<>();
    List<TableId> names = List.copyOf(followed.keySet());
    try (PreparedStatement query = sql.prepareStatement(QUERY)) {
      query.setArray(
          1,
          sql.createArrayOf(
              "int8",
              names.stream()
                  .map(name -> Integer.toUnsignedLong(followed.getOrDefault(name, 0)))
                  .toArray()));
      query.setArray(2, sql.createArrayOf("text", names.stream().map(TableId::schema).toArray()));
      query.setArray(3, sql.createArrayOf("text", names.stream().map(TableId::name).toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          replaced.add(replaced(rows));
        }
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "see whether followed tables are what they were");
    }
    return replaced;
  }

  /** Returns a table that had another name and has its own again. */
  static ReplacedTable back(TableId table, int oid) {
    return new ReplacedTable(table, oid, Optional.of(table), OptionalInt.of(oid));
  }

  private static ReplacedTable replaced(ResultSet row) throws SQLException {
    @Nullable String schema = row.getString(4);
    @Nullable String name = row.getString(5);
    int successor = (int) row.getLong(6);
    return new ReplacedTable(
        new TableId(row.getString(2), row.getString(3)),
        (int) row.getLong(1),
        schema == null || name == null ? Optional.empty() : Optional.of(new TableId(schema, name)),
        successor == 0 ? OptionalInt.empty() : OptionalInt.of(successor));
  }

  /** Whether nothing is left of it, not even a table of its name. */
  boolean isGone() {
    return now.isEmpty() && successor.isEmpty();
  }

  /** Tells whether it has its own name again. */
  boolean isBack() {
    return now.filter(table::equals).isPresent();
  }

  /** The table that has its name, if it is among those that are published. */
  Optional<PublishedTable> successor(List<PublishedTable> published) {
    return published.stream()
        .filter(one -> successor.equals(OptionalInt.of(one.oid())) && one.table().equals(table))
        .findFirst();
  }

  /** Returns what has become of it, as part of a sentence. */
  @Override
  public String toString() {
    if (isBack()) {
      return table + ", which is followed, had another name for a while";
    }
    return table
        + ", which was followed, "
        + now.map(name -> "is called " + name + " now").orElse("was dropped")
        + (successor.isPresent() ? ", and another table has its name" : "");
  }
}
