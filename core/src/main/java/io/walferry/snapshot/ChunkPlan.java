package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Cuts tables into chunks of about equal size, so that several readers share one large table. The
 * largest tables come first.
 */
final class ChunkPlan {
  private static final String BLOCKS =
      """
      SELECT pg_catalog.pg_relation_size(?::pg_catalog.regclass)
        / pg_catalog.current_setting('block_size')::pg_catalog.int8\
      """;

  /** TID range scans came with 14; before, each chunk would read the whole table. */
  private static final int TID_RANGE_SCAN_MAJOR = 14;

  private ChunkPlan() {}

  /**
   * Plans chunks of at most {@code chunkBlocks} heap blocks.
   *
   * @param connection to the source; tables must be locked against rewrites by then
   */
  static List<TableChunk> of(Connection connection, List<PublishedTable> tables, long chunkBlocks) {
    PublicationCatalog catalog = new PublicationCatalog(connection);
    List<PublishedTable> largestFirst =
        tables.stream()
            .sorted(Comparator.comparingLong(PublishedTable::byteSize).reversed())
            .toList();
    List<TableChunk> chunks = new ArrayList<>();
    try {
      boolean ranges = connection.getMetaData().getDatabaseMajorVersion() >= TID_RANGE_SCAN_MAJOR;
      for (PublishedTable table : largestFirst) {
        for (TableId leaf : catalog.leaves(table)) {
          long blocks = ranges ? blocks(connection, leaf) : 0;
          cut(table, leaf, blocks, chunkBlocks, chunks);
        }
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "plan the first load");
    }
    return chunks;
  }

  private static long blocks(Connection connection, TableId leaf) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BLOCKS)) {
      statement.setString(1, leaf.quoted());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  private static void cut(
      PublishedTable table, TableId leaf, long blocks, long chunkBlocks, List<TableChunk> chunks) {
    long first = 0;
    while (blocks - first > chunkBlocks) {
      chunks.add(new TableChunk(table, leaf, first, OptionalLong.of(first + chunkBlocks)));
      first += chunkBlocks;
    }
    chunks.add(new TableChunk(table, leaf, first, OptionalLong.empty()));
  }
}
