package io.walferry.snapshot;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table as its load sees it: how it is cut, and how it is named in the statements that read it.
 *
 * <p>The key is what every change of the stream tells of its rows: the columns of the replica
 * identity, or of the primary key where old rows come whole or not at all. The order of the keys is
 * the source's own, whatever their types and collations are: only the source is asked for it.
 *
 * @param key in the order of its index; empty if there is none that is published
 * @param partitioned whether the rows are in partitions
 */
public record LoadTable(PublishedTable table, List<KeyColumn> key, boolean partitioned) {
  /**
   * The key's columns with their types and collations, in the order of the index. An index that
   * leaves rows out or could hold a key twice is none.
   */
  private static final String KEY =
      """
      SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), tn.nspname,
        pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname)
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[])
        WITH ORDINALITY k (attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      JOIN LATERAL (
        WITH RECURSIVE base (oid, basetype) AS (
          SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid
          UNION ALL
          SELECT t.oid, t.typbasetype FROM base
          JOIN pg_catalog.pg_type t ON t.oid = base.basetype)
        SELECT base.oid FROM base WHERE base.basetype = 0) b ON true
      JOIN pg_catalog.pg_type t ON t.oid = b.oid
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
      LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
      WHERE i.indrelid = ?::pg_catalog.oid AND i.indisvalid AND i.indimmediate
        AND k.place <= coalesce((pg_catalog.to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts)
        AND CASE WHEN ? THEN i.indisreplident ELSE i.indisprimary END
      ORDER BY k.place\
      """;

  /** {@code invalid_text_representation} */
  private static final String INVALID_TEXT = "22P02";

  public LoadTable {
    key = List.copyOf(key);
  }

  /** Reads what the catalog says now. */
  public static LoadTable read(Connection connection, PublishedTable table) {
    try {
      List<KeyColumn> key = key(connection, table);
      boolean published =
          table.columnNames().containsAll(key.stream().map(KeyColumn::name).toList());
      return new LoadTable(table, published ? key : List.of(), partitioned(connection, table));
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the key of " + table);
    }
  }

  private static List<KeyColumn> key(Connection connection, PublishedTable table)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEY)) {
      statement.setLong(1, Integer.toUnsignedLong(table.oid()));
      statement.setBoolean(2, table.replicaIdentity() == io.walferry.change.ReplicaIdentity.INDEX);
      List<KeyColumn> key = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          key.add(
              new KeyColumn(
                  rows.getString(1),
                  rows.getString(2),
                  rows.getString(3),
                  Optional.ofNullable(rows.getString(4))));
        }
      }
      return key;
    }
  }

  private static boolean partitioned(Connection connection, PublishedTable table)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT relkind = 'p' FROM pg_catalog.pg_class WHERE oid = ?::pg_catalog.oid")) {
      statement.setLong(1, Integer.toUnsignedLong(table.oid()));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /**
   * Translates the failure of a statement that has values of the key in it, which were read before.
   * One that is no value of its type any more tells that the type was altered since: {@code
   * SOURCE_SCHEMA_MOVING}.
   */
  WalferryException failure(SQLException cause, String attempted) {
    WalferryException translated = PostgresErrors.translate(cause, attempted);
    boolean alterable = key.stream().anyMatch(column -> !column.typeSchema().equals("pg_catalog"));
    return alterable && INVALID_TEXT.equals(cause.getSQLState())
        ? new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING, String.valueOf(translated.getMessage()), translated)
        : translated;
  }

  /** The names of the key's columns. */
  public List<String> keyNames() {
    return key.stream().map(KeyColumn::name).toList();
  }

  /** The table in FROM: without tables that inherit from it, which are published on their own. */
  String from() {
    return partitioned ? table.table().quoted() : "ONLY " + table.table().quoted();
  }

  /** The key's columns, as in {@code "a", "b"}. */
  String keyList() {
    return key.stream().map(KeyColumn::quoted).collect(Collectors.joining(", "));
  }

  /**
   * Where the operators of the key's types are looked for: with an empty search path a type of an
   * extension would be compared as the text that it can be cast to.
   */
  String setSearchPath() {
    String schemas =
        key.stream()
            .map(KeyColumn::typeSchema)
            .distinct()
            .map(io.walferry.change.TableId::quote)
            .collect(Collectors.joining(", "));
    return "SET LOCAL search_path = " + (schemas.isEmpty() ? "''" : schemas);
  }
}
