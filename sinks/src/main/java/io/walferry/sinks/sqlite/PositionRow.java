package io.walferry.sinks.sqlite;

import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;

/**
 * What the position table says of one pipeline; the fence compares it as a whole.
 *
 * @param epoch how often the feed was taken over; 0 if it was never begun here
 */
record PositionRow(FeedIdentity feed, long epoch, SinkState state) {
  static PositionRow fresh(FeedIdentity feed) {
    return new PositionRow(feed, 0, SinkState.Fresh.FRESH);
  }

  PositionRow takenOver() {
    return new PositionRow(feed, epoch + 1, state);
  }

  PositionRow at(SinkState newState) {
    return new PositionRow(feed, Math.max(epoch, 1), newState);
  }

  /** For messages. */
  String description() {
    return switch (state) {
      case SinkState.Fresh fresh -> "no position";
      case SinkState.Loading loading -> "epoch " + epoch + ", loading";
      case SinkState.Following(var position) ->
          "epoch " + epoch + ", following at " + position.endLsn();
    };
  }
}
