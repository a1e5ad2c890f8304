package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublicationCatalog;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SourceIdentity;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.Supplier;

/** One attempt: opens both ends, brings the destination to a position, follows from there. */
final class FeedSession {
  private final PipelineSettings settings;
  private final PostgresConnector source;
  private final Supplier<Sink> sinks;
  private final PipelineListener listener;
  private final StopSignal stop;
  private boolean progress;

  FeedSession(
      PipelineSettings settings,
      PostgresConnector source,
      Supplier<Sink> sinks,
      PipelineListener listener,
      StopSignal stop) {
    this.settings = settings;
    this.source = source;
    this.sinks = sinks;
    this.listener = listener;
    this.stop = stop;
  }

  /** Whether the destination has taken something of the stream, so that a failure is a new one. */
  boolean madeProgress() {
    return progress;
  }

  /**
   * Runs until the stop or the end.
   *
   * @throws WalferryException also after the stop, for whatever the stop has cut short
   */
  void run(EndPoint end) {
    try (Connection sql = source.connect()) {
      sql.setNetworkTimeout(Runnable::run, (int) settings.stream().silenceMax().toMillis());
      // First, since a server below 'logical' may have no sender for the other connection at all.
      requireLogicalWal(sql);
      try (ReplicationConnection replication = ReplicationConnection.open(source)) {
        run(replication, sql, end);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "close the connection to " + source.settings().display());
    }
  }

  private void run(ReplicationConnection replication, Connection sql, EndPoint end) {
    SourceIdentity identity = replication.identify();
    Optional<Lsn> until = end.resolve(sql);
    FeedSettings feed = settings.feed();
    Optional<Slot> slot = new SlotCatalog(sql).find(feed.slot());
    try (Sink sink = sinks.get()) {
      SinkState state =
          sink.open(
              new FeedIdentity(
                  feed.pipeline(), identity.systemId(), identity.timeline(), feed.slot()));
      listener.opened(source.settings().display(), feed.slot());
      FeedEnds ends = new FeedEnds(source, replication, sql, sink);
      try {
        follow(ends, reachPosition(ends, slot, state), until);
      } catch (WalferryException e) {
        throw asSeenBy(sink, e);
      }
    }
  }

  private void requireLogicalWal(Connection sql) {
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery("SHOW wal_level")) {
      result.next();
      if (!result.getString(1).equals("logical")) {
        throw new WalferryException(
            ErrorCode.WAL_LEVEL_TOO_LOW,
            "expected wal_level 'logical' on "
                + source.settings().display()
                + ", got '"
                + result.getString(1)
                + "'");
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read wal_level of " + source.settings().display());
    }
  }

  /** Until the stream runs, the stop is felt by what waits for the replication connection. */
  private Position reachPosition(FeedEnds ends, Optional<Slot> slot, SinkState state) {
    StartUp startUp = new StartUp(settings, ends, listener, stop);
    return stop.during(() -> startUp.reachPosition(slot, state), ends.replication()::close);
  }

  private void follow(FeedEnds ends, Position from, Optional<Lsn> until) {
    FeedSettings feed = settings.feed();
    TableSelection selection =
        new TableSelection(
            feed.tables(), new PublicationCatalog(ends.sql()).tables(feed.publication()));
    try (ChangeStream stream =
        ends.replication().stream(
            feed.slot(), feed.publication(), from.endLsn(), settings.stream())) {
      listener.following(from);
      Follower follower = new Follower(stream, ends.sink(), settings, listener, stop, selection);
      try {
        stop.during(() -> follower.follow(from, until), stream::interrupt);
      } finally {
        progress = follower.hasCommitted();
      }
    }
  }

  /** What a destination without a memory has taken would be repeated by another attempt. */
  private static WalferryException asSeenBy(Sink sink, WalferryException cause) {
    if (sink.capabilities().savesPosition() || cause.code().retry() == ErrorCode.Retry.NEVER) {
      return cause;
    }
    return new WalferryException(ErrorCode.FEED_NOT_RESUMABLE, cause.getMessage(), cause);
  }
}
