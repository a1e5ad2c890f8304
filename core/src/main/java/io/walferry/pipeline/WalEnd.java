package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** Asks where the source's log ends. */
final class WalEnd {
  private static final String NOW =
      """
      SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
          THEN pg_catalog.pg_last_wal_replay_lsn()
          ELSE pg_catalog.pg_current_wal_insert_lsn() END,
        pg_catalog.current_setting('wal_block_size')::pg_catalog.int8\
      """;

  /** What a page of the log begins with; the longer one on the first page of a segment. */
  private static final Set<Long> PAGE_HEADER_BYTES = Set.of(24L, 40L);

  private WalEnd() {}

  static Lsn read(Connection sql) {
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery(NOW)) {
      result.next();
      return endOfRecord(Lsn.parse(result.getString(1)), result.getLong(2));
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask where the log ends");
    }
  }

  /**
   * At the start of a page the server tells where the next record will start, behind the page's
   * header, which no record ends at; so the page's start counts.
   */
  private static Lsn endOfRecord(Lsn end, long pageBytes) {
    long offset = Long.remainderUnsigned(end.value(), pageBytes);
    return PAGE_HEADER_BYTES.contains(offset) ? new Lsn(end.value() - offset) : end;
  }
}
