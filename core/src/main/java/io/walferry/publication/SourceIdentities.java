package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.SourceIdentity.CandidateKey;
import io.walferry.publication.SourceIdentity.Generated;
import io.walferry.publication.SourceIdentity.TableColumn;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the replica identities of tables from the source's catalog. */
final class SourceIdentities {
  private static final int GENERATED_SINCE = 12;

  private static final String COLUMNS =
      """
      select c.oid, c.relreplident, a.attname, GENERATED
      from unnest(?::oid[]) wanted(oid)
      join pg_class c on c.oid = wanted.oid
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      order by c.oid, a.attnum
      """;

  /**
   * Under the conditions that the server itself asks for. {@code to_jsonb}, since the number of key
   * columns is missing before 11.
   */
  private static final String KEYS =
      """
      select i.indrelid, x.relname, i.indisprimary, i.indisreplident, k.names
      from unnest(?::oid[]) wanted(oid)
      join pg_index i on i.indrelid = wanted.oid
      join pg_class x on x.oid = i.indexrelid
      cross join lateral (
        select array_agg(a.attname::text order by k.place) as names,
          bool_and(a.attnotnull) as filled
        from unnest(i.indkey::int2[]) with ordinality k(attnum, place)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where k.place <= coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)
      ) k
      where i.indisvalid and i.indisunique and i.indimmediate and i.indpred is null
        and i.indexprs is null and k.filled
      order by i.indisprimary desc, x.relname::text collate "C"
      """;

  private SourceIdentities() {}

  /** Those of ordinary tables, by oid; of none that has gone meanwhile. */
  static Map<Integer, SourceIdentity> read(Connection connection, Collection<SourceTable> tables) {
    Long[] oids =
        tables.stream().map(table -> Integer.toUnsignedLong(table.oid())).toArray(Long[]::new);
    try {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      String generated = major >= GENERATED_SINCE ? "a.attgenerated::text" : "''";
      return columns(
          connection,
          COLUMNS.replace("GENERATED", generated),
          connection.createArrayOf("bigint", oids),
          keys(connection, connection.createArrayOf("bigint", oids)));
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the replica identities of tables");
    }
  }

  private static Map<Integer, List<CandidateKey>> keys(Connection connection, Array oids)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(KEYS)) {
      query.setArray(1, oids);
      Map<Integer, List<CandidateKey>> keys = new HashMap<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          keys.computeIfAbsent((int) rows.getLong(1), oid -> new ArrayList<>())
              .add(
                  new CandidateKey(
                      rows.getString(2),
                      rows.getBoolean(3),
                      rows.getBoolean(4),
                      List.of((String[]) rows.getArray(5).getArray())));
        }
      }
      return keys;
    }
  }

  private static Map<Integer, SourceIdentity> columns(
      Connection connection, String sql, Array oids, Map<Integer, List<CandidateKey>> keys)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, oids);
      Map<Integer, SourceIdentity> identities = new HashMap<>();
      try (ResultSet rows = query.executeQuery()) {
        boolean more = rows.next();
        while (more) {
          int oid = (int) rows.getLong(1);
          ReplicaIdentity declared = ReplicaIdentity.of(rows.getString(2).charAt(0));
          List<TableColumn> columns = new ArrayList<>();
          while (more && (int) rows.getLong(1) == oid) {
            if (rows.getString(3) != null) {
              columns.add(new TableColumn(rows.getString(3), Generated.of(rows.getString(4))));
            }
            more = rows.next();
          }
          identities.put(
              oid, new SourceIdentity(declared, columns, keys.getOrDefault(oid, List.of())));
        }
      }
      return identities;
    }
  }
}
