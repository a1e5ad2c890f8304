package io.walferry.pipeline;

import io.walferry.change.Xid;
import io.walferry.postgres.PostgresErrors;
import io.walferry.snapshot.SourceSnapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether a publication carries what it carried when it was last looked at; cheap where it does.
 * Belongs to the pipeline's thread.
 */
final class PublicationWatch {
  /** No rows if there is no such publication: the stream will say so. */
  private static final String ENTRIES =
      """
      SELECT pg_catalog.txid_current_snapshot()::text, pg_catalog.md5(pg_catalog.concat_ws(' ',
        p.oid, p.puballtables,
        (SELECT pg_catalog.string_agg(r.oid::text, ',' ORDER BY r.oid)
         FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid), SCHEMAS))
      FROM pg_catalog.pg_publication p WHERE p.pubname = ?\
      """;

  private static final String SCHEMAS =
      """
      (SELECT pg_catalog.string_agg(s.oid::text, ',' ORDER BY s.oid)
       FROM pg_catalog.pg_publication_namespace s WHERE s.pnpubid = p.oid)\
      """;

  private static final int SCHEMAS_SINCE = 15;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long PAUSE_NANOS = 2_000_000;

  private final Connection sql;
  private final String publication;
  private String entries = "";
  private Optional<Xid> unseen = Optional.empty();

  private record Seen(boolean enough, String entries) {}

  /** Nothing is looked at yet. */
  PublicationWatch(Connection sql, String publication) {
    this.sql = sql;
    this.publication = publication;
  }

  /**
   * Whether its entries are others than at the last look; true at the first one.
   *
   * @param xid of a transaction in the stream, which the look has to see: a commit is in the stream
   *     a moment before. If that moment lasts, as it may with a synchronous standby, the look is at
   *     what there is, and {@link #isWaiting} then.
   */
  boolean hasChanged(Xid xid) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Seen seen = look(xid);
    while (!seen.enough() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE_NANOS);
      seen = look(xid);
    }
    unseen = seen.enough() ? Optional.empty() : Optional.of(xid);
    return isNew(seen);
  }

  /** Whether no look has seen the transaction yet that gave the reason for it. */
  boolean isWaiting() {
    return unseen.isPresent();
  }

  /** The same as {@link #hasChanged} of that transaction, without any delay. */
  boolean hasChangedMeanwhile() {
    Seen seen = look(unseen.orElseThrow());
    unseen = seen.enough() ? Optional.empty() : unseen;
    return isNew(seen);
  }

  private boolean isNew(Seen seen) {
    boolean changed = !seen.entries().isEmpty() && !seen.entries().equals(entries);
    if (changed) {
      entries = seen.entries();
    }
    return changed;
  }

  private Seen look(Xid xid) {
    try (PreparedStatement query = sql.prepareStatement(entriesQuery())) {
      query.setString(1, publication);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? new Seen(SourceSnapshot.parse(row.getString(1)).sees(xid), row.getString(2))
            : new Seen(true, "");
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "look at publication " + publication);
    }
  }

  private String entriesQuery() throws SQLException {
    int major = sql.getMetaData().getDatabaseMajorVersion();
    return ENTRIES.replace("SCHEMAS", major >= SCHEMAS_SINCE ? SCHEMAS : "''");
  }
}
