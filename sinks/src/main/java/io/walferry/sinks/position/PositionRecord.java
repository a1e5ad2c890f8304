package io.walferry.sinks.position;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;

/**
 * A {@link PositionRow} as the columns that a position table has in every engine.
 *
 * @param systemId unsigned
 * @param state {@code loading} or {@code following}
 * @param endLsn as PostgreSQL prints it
 * @param xid unsigned
 */
public record PositionRecord(
    String pipeline,
    long epoch,
    String systemId,
    int timeline,
    String slot,
    String state,
    String endLsn,
    long xid) {
  /** Raised when the columns or their meaning change; a database with a higher one is refused. */
  public static final int FORMAT_VERSION = 1;

  private static final String LOADING = "loading";
  private static final String FOLLOWING = "following";

  public static PositionRecord of(PositionRow row) {
    Position position =
        switch (row.state()) {
          case SinkState.Following(var reached) -> reached;
          case SinkState.Loading loading -> new Position(Lsn.ZERO, Xid.NONE);
          case SinkState.Fresh fresh -> new Position(Lsn.ZERO, Xid.NONE);
        };
    FeedIdentity feed = row.feed();
    return new PositionRecord(
        feed.pipeline(),
        row.epoch(),
        Long.toUnsignedString(feed.systemId()),
        feed.timeline(),
        feed.slot(),
        row.state() instanceof SinkState.Following ? FOLLOWING : LOADING,
        position.endLsn().toString(),
        Integer.toUnsignedLong(position.xid().value()));
  }

  /**
   * What the columns mean.
   *
   * @param table that they were read from, for the message
   * @throws WalferryException {@code DESTINATION_FORMAT} if they mean nothing
   */
  public PositionRow row(String table) {
    try {
      FeedIdentity feed =
          new FeedIdentity(pipeline, Long.parseUnsignedLong(systemId), timeline, slot);
      Position position = new Position(Lsn.parse(endLsn), new Xid((int) xid));
      SinkState decoded =
          switch (state) {
            case LOADING -> SinkState.Loading.LOADING;
            case FOLLOWING -> new SinkState.Following(position);
            default -> throw new IllegalArgumentException("The state is unknown");
          };
      return new PositionRow(feed, epoch, decoded);
    } catch (IllegalArgumentException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FORMAT,
          "The row of pipeline " + pipeline + " in table " + table + " is damaged",
          e);
    }
  }
}
