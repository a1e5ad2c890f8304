package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** The LSN at which a pipeline ends, the same for all its attempts. Pipeline's thread only. */
final class EndPoint {
  /**
   * The end of the log. At the start of a page the server tells where the next record will start,
   * behind the page's header (24 or 40 bytes), which no record ends at; so the page's start counts.
   */
  private static final String NOW =
      """
      SELECT CASE WHEN l.lsn - p.page IN (24, 40) THEN p.page ELSE l.lsn END
      FROM (SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
                THEN pg_catalog.pg_last_wal_replay_lsn()
                ELSE pg_catalog.pg_current_wal_insert_lsn() END) l (lsn),
        LATERAL (SELECT '0/0'::pg_catalog.pg_lsn
          + pg_catalog.div(l.lsn - '0/0', b.size) * b.size
          FROM (SELECT pg_catalog.current_setting('wal_block_size')::numeric) b (size)) p (page)\
      """;

  private final Until until;
  private Optional<Lsn> now = Optional.empty();

  EndPoint(Until until) {
    this.until = until;
  }

  Optional<Lsn> resolve(Connection sql) {
    return switch (until) {
      case Until.Stopped stopped -> Optional.empty();
      case Until.At at -> Optional.of(at.lsn());
      case Until.Now unresolved -> {
        if (now.isEmpty()) {
          now = Optional.of(walEnd(sql));
        }
        yield now;
      }
    };
  }

  private static Lsn walEnd(Connection sql) {
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery(NOW)) {
      result.next();
      return Lsn.parse(result.getString(1));
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask where the log ends");
    }
  }
}
