package io.walferry.snapshot;

import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a table is cut: keys out of a sample of its blocks, so that chunks are of about equal size
 * however sparse, negative or random the keys are, of whatever type. The table is not locked:
 * bounds that were true a moment ago cut it just as well.
 */
final class ChunkPlan {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkPlan.class);

  private static final String SIZE =
      """
      WITH RECURSIVE tree (oid) AS (
        SELECT ?::pg_catalog.oid
        UNION ALL
        SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition)
      SELECT coalesce(sum(pg_catalog.pg_table_size(c.oid)), 0)::bigint,
        coalesce(sum(pg_catalog.pg_relation_size(c.oid))
          / pg_catalog.current_setting('block_size')::bigint, 0)::bigint
      FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid AND c.relkind = 'r'\
      """;

  /** Blocks that are looked at for each chunk: its size is then right within about a quarter. */
  private static final int SAMPLE_BLOCKS = 16;

  /**
   * Chunks of a very large table are larger instead: questions for places of keys name them all.
   */
  static final int CHUNKS_MAX = 4096;

  private ChunkPlan() {}

  /**
   * The lower bounds of all chunks but the first, ascending in the source's order; none if the
   * table is small or has no key.
   *
   * @param connection in a transaction, whose search path is changed
   */
  static List<List<String>> bounds(Connection connection, LoadTable table, long chunkBytes) {
    if (table.key().isEmpty()) {
      return List.of();
    }
    try (PreparedStatement size = connection.prepareStatement(SIZE)) {
      size.setLong(1, Integer.toUnsignedLong(table.table().oid()));
      long bytes;
      long blocks;
      try (ResultSet row = size.executeQuery()) {
        row.next();
        bytes = row.getLong(1);
        blocks = row.getLong(2);
      }
      long chunks = Math.min(CHUNKS_MAX, (bytes + chunkBytes - 1) / chunkBytes);
      if (chunks == CHUNKS_MAX) {
        LOG.info(
            "{} is cut into {} chunks, which are the most there can be, of about {} MiB each",
            table.table(),
            chunks,
            (bytes / chunks) >> 20);
      }
      return chunks < 2 ? List.of() : sample(connection, table, chunks, blocks);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "cut table " + table.table() + " into chunks");
    }
  }

  private static List<List<String>> sample(
      Connection connection, LoadTable table, long chunks, long blocks) throws SQLException {
    double percent = Math.min(100, 100.0 * SAMPLE_BLOCKS * chunks / Math.max(1, blocks));
    StringJoiner texts = new StringJoiner(", ");
    table.key().forEach(column -> texts.add(column.quoted() + "::text"));
    String keys = table.keyList();
    String sql =
        "SELECT "
            + texts
            + " FROM (SELECT "
            + keys
            + ", pg_catalog.row_number() OVER (ORDER BY "
            + keys
            + ") - 1 AS walferry_rank, pg_catalog.count(*) OVER () AS walferry_count FROM "
            + table.from()
            + " TABLESAMPLE SYSTEM ("
            + percent
            + ")) walferry_sample WHERE walferry_rank > 0 AND walferry_rank * "
            + chunks
            + " / walferry_count <> (walferry_rank - 1) * "
            + chunks
            + " / walferry_count ORDER BY walferry_rank";
    List<List<String>> bounds = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute(table.setSearchPath());
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          List<String> bound = new ArrayList<>();
          for (int i = 1; i <= table.key().size(); i++) {
            bound.add(rows.getString(i));
          }
          bounds.add(bound);
        }
      }
    }
    return bounds;
  }
}
