package io.walferry.sinks.position;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import java.util.StringJoiner;

/**
 * What a destination's position table says of one pipeline; the fence compares it as a whole.
 *
 * @param epoch how often the feed was taken over; 0 if it was never begun here
 */
public record PositionRow(FeedIdentity feed, long epoch, SinkState state) {
  public static PositionRow fresh(FeedIdentity feed) {
    return new PositionRow(feed, 0, SinkState.Fresh.FRESH);
  }

  public PositionRow takenOver() {
    return new PositionRow(feed, epoch + 1, state);
  }

  public PositionRow at(SinkState newState) {
    return new PositionRow(feed, Math.max(epoch, 1), newState);
  }

  /**
   * The check that every destination transaction starts with, under the lock.
   *
   * @param found what the destination says now
   * @param where the destination, for the message
   * @throws WalferryException {@code DESTINATION_FENCED} if it is not what this row says
   */
  public void requireSame(PositionRow found, String where) {
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

  /**
   * The check of a feed that is opened on what the destination has.
   *
   * @throws WalferryException {@code SOURCE_CHANGED} if this row belongs to another feed
   */
  public void requireSource(FeedIdentity given, String where) {
    if (feed.equals(given)) {
      return;
    }
    StringJoiner differences = new StringJoiner("; ");
    differ("system id", unsigned(feed.systemId()), unsigned(given.systemId()), differences);
    differ("timeline", feed.timeline(), given.timeline(), differences);
    differ("slot", feed.slot(), given.slot(), differences);
    throw new WalferryException(
        ErrorCode.SOURCE_CHANGED,
        "Pipeline " + given.pipeline() + " in " + where + ": " + differences);
  }

  private static void differ(String what, Object saved, Object given, StringJoiner differences) {
    if (!saved.equals(given)) {
      differences.add("expected " + what + " " + saved + ", got " + given);
    }
  }

  private static String unsigned(long systemId) {
    return Long.toUnsignedString(systemId);
  }

  private String description() {
    return switch (state) {
      case SinkState.Fresh fresh -> "no position";
      case SinkState.Loading loading -> "epoch " + epoch + ", loading";
      case SinkState.Following(var position) ->
          "epoch " + epoch + ", following at " + position.endLsn();
    };
  }
}
