package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.snapshot.SourceSnapshot;
import io.walferry.spool.LogExtent;
import io.walferry.spool.LogIdentity;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SourceIdentity;
import java.sql.Connection;
import java.util.Optional;

/**
 * Whether what a destination has is part of this server's log. A standby that is promoted leaves
 * the timeline that it followed, maybe before its end: what the old server wrote after that point
 * is lost. So is what a server wrote after the moment from which it was restored.
 */
final class Lineage {
  private static final String DESTINATION = "the destination";
  private static final String SPOOL = "the spool";

  private final ReplicationConnection replication;
  private final Connection sql;
  private final SourceIdentity server;
  private final boolean standby;

  private Lineage(ReplicationConnection replication, Connection sql) {
    this.replication = replication;
    this.sql = sql;
    // In this order: a standby that is one now was on that timeline before, and what is none now
    // may
    // have been one then.
    SourceIdentity before = replication.identify();
    this.standby = SourceSnapshot.isOfStandby(sql);
    this.server = standby ? before : replication.identify();
  }

  /**
   * Of the server as it is now: after the destinations were opened, so that none moves on.
   *
   * @param timeline that they were opened with
   * @throws WalferryException {@code SERVER_UNAVAILABLE} if the server has left it meanwhile
   */
  static Lineage read(ReplicationConnection replication, Connection sql, int timeline) {
    Lineage lineage = new Lineage(replication, sql);
    if (lineage.hasLeft(timeline)) {
      throw promoted();
    }
    return lineage;
  }

  /** The server, as a spool of the slot knows it. */
  LogIdentity identity(String slot) {
    return new LogIdentity(server.systemId(), server.timeline(), slot);
  }

  /** Whether the server has been promoted since it was on this timeline. */
  private boolean hasLeft(int timeline) {
    return timeline != server.timeline();
  }

  /** Whether the server was promoted, or made of another one, since that was saved. */
  boolean hasLeft(FeedIdentity saved) {
    return isOfPredecessor(saved) || hasLeft(saved.timeline());
  }

  /** A destination shows us no position of yet another server. */
  boolean isOfPredecessor(FeedIdentity saved) {
    return saved.systemId() != server.systemId();
  }

  /**
   * Sees that the server comes from the one that a destination has followed.
   *
   * @throws WalferryException {@code SOURCE_CHANGED}
   */
  void requireDescent(SinkState state) {
    if (state instanceof SinkState.Following following) {
      requireDescent(following.saved());
    }
  }

  private void requireDescent(FeedIdentity saved) {
    if (!isOfPredecessor(saved)) {
      requireDescent(DESTINATION, saved.timeline());
    }
  }

  private void requireDescent(String what, int timeline) {
    if (hasLeft(timeline) && promotion(timeline).isEmpty()) {
      throw new WalferryException(
          ErrorCode.SOURCE_CHANGED,
          what
              + " has followed timeline "
              + Integer.toUnsignedString(timeline)
              + ", but the server is on timeline "
              + Integer.toUnsignedString(server.timeline())
              + " and does not come from it");
    }
  }

  /**
   * Sees that the server has everything that a destination has.
   *
   * @throws WalferryException {@code DESTINATION_AHEAD}
   */
  void requireShared(SinkState.Following following) {
    FeedIdentity saved = following.saved();
    int timeline = isOfPredecessor(saved) ? server.timeline() : saved.timeline();
    Lsn torn =
        new FeedLedger(following.ledger())
            .torn()
            .map(part -> new Lsn(part.commitLsn().value() + 1))
            .orElse(Lsn.ZERO);
    requireShared(DESTINATION, Lsn.max(following.position().endLsn(), torn), timeline);
  }

  /**
   * The same for what waits in a spool.
   *
   * @throws WalferryException {@code SOURCE_CHANGED} or {@code DESTINATION_AHEAD}
   */
  void requireShared(LogExtent extent) {
    requireDescent(SPOOL, extent.identity().timeline());
    requireShared(SPOOL, extent.to(), extent.identity().timeline());
  }

  private void requireShared(String what, Lsn reached, int timeline) {
    Optional<Lsn> end = end(timeline);
    if (end.isPresent() && reached.isAfter(end.get())) {
      throw new WalferryException(
          ErrorCode.DESTINATION_AHEAD,
          what
              + " stands at "
              + reached
              + " of timeline "
              + Integer.toUnsignedString(timeline)
              + (hasLeft(timeline)
                  ? ", but the server was promoted at "
                  : ", but the server's log ends at ")
              + end.get());
    }
  }

  /** The end of what the server has of a timeline, as far as it is known. */
  private Optional<Lsn> end(int timeline) {
    if (hasLeft(timeline)) {
      return promotion(timeline);
    }
    // A standby tells what it has received since it was started, which may be less than it has.
    return standby ? Optional.empty() : Optional.of(server.walEnd());
  }

  /**
   * Sees, before anything is committed, that what has been read is of the timeline that the feed
   * was opened on: a standby goes on with its streams when it is promoted.
   *
   * @throws WalferryException {@code SERVER_UNAVAILABLE}; another attempt takes the new timeline
   */
  void requireSameTimeline() {
    if (standby && !SourceSnapshot.isOfStandby(sql)) {
      throw promoted();
    }
  }

  static WalferryException promoted() {
    return new WalferryException(
        ErrorCode.SERVER_UNAVAILABLE, "the server was promoted while it was followed");
  }

  /** Whether the server was a standby when the feed was opened. */
  boolean isStandby() {
    return standby;
  }

  /** Where the server left an earlier timeline. */
  private Optional<Lsn> promotion(int timeline) {
    return replication.history(server.timeline()).end(timeline);
  }
}
