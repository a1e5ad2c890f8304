package io.walferry.snapshot;

import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What the catalog says of some tables, their columns, keys and publications, with the ids of the
 * transactions that said so. Two equal fingerprints mean that nobody has rewritten, truncated or
 * altered one of them in between.
 *
 * <p>DDL that is open while a slot is made can be missing from what the slot decodes: a column is
 * left out without a word, or the slot cannot be decoded at all. So the fingerprint is compared
 * before and after.
 */
record CatalogFingerprint(String value) {
  private static final String QUERY =
      """
      WITH RECURSIVE tree AS (
        SELECT c.oid, c.relkind FROM pg_catalog.pg_class c
        WHERE c.oid = ANY (?::pg_catalog.oid[])
        UNION
        SELECT c.oid, c.relkind
        FROM tree
        JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        WHERE tree.relkind = 'p'),
      facts (relid, kind, maker, detail) AS (
        SELECT c.oid, 'table', c.xmin, c.relfilenode::pg_catalog.text FROM pg_catalog.pg_class c
        UNION ALL
        SELECT a.attrelid, 'column', a.xmin, a.attnum::pg_catalog.text
        FROM pg_catalog.pg_attribute a WHERE a.attnum > 0
        UNION ALL
        SELECT i.indrelid, 'index', i.xmin, pg_catalog.concat_ws(
          ' ', i.indexrelid, i.indisprimary, i.indisreplident, i.indisvalid)
        FROM pg_catalog.pg_index i
        UNION ALL
        SELECT r.prrelid, 'publication', r.xmin, r.prpubid::pg_catalog.text
        FROM pg_catalog.pg_publication_rel r)
      SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(
        pg_catalog.concat_ws(' ', f.relid, f.kind, f.maker, f.detail),
        ',' ORDER BY f.relid, f.kind, f.detail), ''))
      FROM facts f WHERE f.relid IN (SELECT oid FROM tree)\
      """;

  /**
   * Reads the fingerprint as of now.
   *
   * @param connection in autocommit mode, so that the statement sees what has committed
   */
  static CatalogFingerprint read(Connection connection, List<PublishedTable> tables) {
    Object[] oids = tables.stream().map(table -> Integer.toUnsignedString(table.oid())).toArray();
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setArray(1, connection.createArrayOf("text", oids));
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return new CatalogFingerprint(result.getString(1));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the catalog of the published tables");
    }
  }
}
