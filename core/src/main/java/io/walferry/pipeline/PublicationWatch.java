package io.walferry.pipeline;

import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.snapshot.SourceSnapshot;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

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
  private static final Duration PAUSE = Duration.ofMillis(2);
  private static final Duration AGAIN_AFTER = Duration.ofMillis(100);

  private final Connection sql;
  private final String publication;
  private String entries = "";

  /** What a look has to see before the last announcement needs no other one. */
  private Optional<SourceSnapshot> wanted = Optional.empty();

  private final NanoClock clock;
  private Stopwatch sinceLook;

  private record Seen(SourceSnapshot snapshot, String entries) {}

  /** Nothing is looked at yet. */
  PublicationWatch(Connection sql, String publication, NanoClock clock) {
    this.sql = sql;
    this.publication = publication;
    this.clock = clock;
    this.sinceLook = Stopwatch.start(clock);
  }

  /**
   * Whether its entries are others than at the last look; true at the first one.
   *
   * @param xid of a transaction in the stream, which the look has to see: a commit is in the stream
   *     a moment before. If that moment lasts, as it may with a synchronous standby, the look is at
   *     what there is.
   */
  boolean hasChanged(Xid xid) {
    if (SourceSnapshot.isOfStandby(sql)) {
      // It sends only what it has replayed, and what is replayed can be seen.
      return isNew(look());
    }
    // The transaction that changed the publication may be an earlier one, of which the stream says
    // nothing: any that has begun.
    wanted = Optional.of(SourceSnapshot.begun(sql));
    Stopwatch waited = Stopwatch.start(clock);
    Optional<Seen> seen = look();
    while (seen.filter(it -> !it.snapshot().sees(xid)).isPresent()
        && !waited.hasReached(PATIENCE)) {
      pause();
      seen = look();
    }
    return isNew(seen);
  }

  private void pause() {
    try {
      clock.pause(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "interrupted while publication " + publication + " was read", e);
    }
  }

  /** Whether it is time to look again, since the last look could not see all that it had to. */
  boolean isDue() {
    return wanted.isPresent() && sinceLook.hasReached(AGAIN_AFTER);
  }

  /** The same as {@link #hasChanged}, without any delay. */
  boolean hasChangedMeanwhile() {
    return isNew(look());
  }

  private boolean isNew(Optional<Seen> seen) {
    wanted = wanted.filter(all -> seen.filter(it -> !it.snapshot().seesAllOf(all)).isPresent());
    boolean changed = seen.filter(it -> !it.entries().equals(entries)).isPresent();
    entries = seen.map(Seen::entries).orElse(entries);
    return changed;
  }

  private Optional<Seen> look() {
    sinceLook = sinceLook.restart();
    try (PreparedStatement query = sql.prepareStatement(entriesQuery())) {
      query.setString(1, publication);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? Optional.of(new Seen(SourceSnapshot.parse(row.getString(1)), row.getString(2)))
            : Optional.empty();
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
