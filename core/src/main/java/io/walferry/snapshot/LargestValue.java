package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.error.HeapNeed;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedColumn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * Finds the largest value of a chunk for which there was no memory. Rows are read without the
 * values that are kept outside of them, as far as the row says how long these are.
 */
final class LargestValue {
  /** A value that is kept in less, compressed, is not the one. */
  private static final int KEPT_BYTES_MIN = 64 << 10;

  private static final int QUERY_SECONDS_MAX = 30;

  /**
   * {@code bytea}, {@code text}, {@code bpchar}, {@code varchar}: of them the row says how long.
   */
  private static final Set<Integer> MEASURED = Set.of(17, 25, 1042, 1043);

  private LargestValue() {}

  /**
   * Returns {@code MEMORY_EXHAUSTED} with the table, and the column and the size if they answer.
   */
  static WalferryException tooLarge(
      PostgresConnector source, TableChunk chunk, OutOfMemoryError cause) {
    List<PublishedColumn> columns = chunk.table().table().columns();
    String what = "existing rows of table " + chunk.table().table();
    long bytes = 0;
    try (Connection session = source.connect();
        Statement statement = session.createStatement()) {
      session.setNetworkTimeout(Runnable::run, 2 * 1000 * QUERY_SECONDS_MAX);
      session.setAutoCommit(false);
      statement.execute("SET LOCAL statement_timeout = '%ds'".formatted(QUERY_SECONDS_MAX));
      statement.execute(chunk.table().setSearchPath());
      ResultSet row =
          statement.executeQuery(chunk.select(columns.stream().map(LargestValue::size).toList()));
      if (row.next()) {
        for (int i = 0; i < columns.size(); i++) {
          if (row.getLong(i + 1) > bytes) {
            bytes = row.getLong(i + 1);
            what = "column " + columns.get(i).name() + " of table " + chunk.table().table();
          }
        }
      }
      return bytes == 0 ? HeapNeed.exceeded(what, cause) : HeapNeed.exceeded(what, bytes, cause);
    } catch (SQLException | WalferryException e) {
      WalferryException failure = HeapNeed.exceeded(what, cause);
      failure.addSuppressed(e);
      return failure;
    }
  }

  /** A value of another type is printed to be measured, if it is large as it is kept. */
  private static String size(PublishedColumn column) {
    String name = TableId.quote(column.name());
    return MEASURED.contains(column.typeOid())
        ? "max(pg_catalog.octet_length(" + name + "))"
        : "max(CASE WHEN pg_catalog.pg_column_size(%1$s) >= %2$d".formatted(name, KEPT_BYTES_MIN)
            + " THEN pg_catalog.octet_length(%s::pg_catalog.text) END)".formatted(name);
  }
}
