package io.walferry.snapshot;

import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a table was when a part of it was read: equal shapes mean that it is the same table under
 * the same name, and that nobody has added, altered or rewritten a column in between. A TRUNCATE
 * leaves it as it is.
 *
 * <p>A new column counts, too: a part that is read without it may have seen transactions that have
 * filled it, whose changes do not count any more.
 */
record TableShape(String value) {
  /** With the snapshot of the transaction, so that one round trip fixes both. */
  private static final String QUERY =
      """
      SELECT pg_catalog.txid_current_snapshot()::text,
        (SELECT pg_catalog.md5(pg_catalog.concat_ws(' ',
          pg_catalog.to_regclass(?)::pg_catalog.oid, pg_catalog.string_agg(
            pg_catalog.concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod, a.xmin),
            ',' ORDER BY a.attnum)))
         FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = ?::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped)\
      """;

  /** What one statement sees. */
  record Seen(SourceSnapshot snapshot, TableShape shape) {}

  /** Reads it; as the first query of a transaction it fixes the transaction's snapshot. */
  static Seen read(Connection connection, PublishedTable table) {
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setString(1, table.table().quoted());
      statement.setLong(2, Integer.toUnsignedLong(table.oid()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Seen(SourceSnapshot.parse(row.getString(1)), new TableShape(row.getString(2)));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the shape of " + table);
    }
  }
}
