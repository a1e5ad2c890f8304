package io.walferry.sinks.position;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;

/**
 * What a destination's position table says of one pipeline; the fence compares it as a whole.
 *
 * @param epoch of the process that has the feed; see {@link Claim}
 * @param loading whether rows of the feed are still on their way, so that the destination is not
 *     consistent
 */
public record PositionRow(FeedIdentity feed, long epoch, Position position, boolean loading) {
  /** Of a feed that was never begun. */
  public static PositionRow fresh(FeedIdentity feed) {
    return new PositionRow(feed, Claim.NEVER_BEGUN, new Position(Lsn.ZERO, Xid.NONE), false);
  }

  boolean isFresh() {
    return epoch == Claim.NEVER_BEGUN;
  }

  PositionRow takenOver(Claim claim) {
    return new PositionRow(feed, claim.epoch(), position, loading);
  }

  /** As written by the feed that was opened, which may be on a later timeline or server. */
  static PositionRow at(FeedIdentity opened, Claim claim, Position reached, boolean loading) {
    return new PositionRow(opened, claim.epoch(), reached, loading);
  }

  /**
   * The check that every destination transaction starts with, under the lock.
   *
   * @param found what the destination says now
   * @param where the destination, for the message
   * @throws WalferryException {@code DESTINATION_FENCED} if it is not what this row says
   */
  void requireSame(PositionRow found, String where) {
    if (!equals(found)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FENCED,
          "Pipeline "
              + feed.pipeline()
              + " in "
              + where
              + ": expected "
              + description()
              + ", got "
              + found.description());
    }
  }

  private String description() {
    return isFresh()
        ? "no position"
        : "epoch "
            + epoch
            + ", "
            + (loading ? "loading" : "following")
            + " at "
            + position.endLsn();
  }
}
