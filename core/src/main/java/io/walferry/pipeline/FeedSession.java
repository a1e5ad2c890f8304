package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.OpenSinks.OpenSink;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.SourceText;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SourceIdentity;
import io.walferry.stream.StreamSettings;
import io.walferry.type.MalformedValueException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt: opens both ends, brings the destination to a position, follows from there. */
final class FeedSession {
  private static final Logger LOG = LoggerFactory.getLogger(FeedSession.class);
  private final PipelineSettings settings;
  private final PostgresConnector source;
  private final List<Target> targets;
  private final Reception reception;
  private final PipelineListener listener;
  private final Deliveries deliveries;
  private final StopSignal stop;
  private boolean progress;

  FeedSession(
      PipelineSettings settings,
      PostgresConnector source,
      List<Target> targets,
      Reception reception,
      PipelineListener listener,
      Deliveries deliveries,
      StopSignal stop) {
    this.settings = settings;
    this.source = source;
    this.targets = targets;
    this.reception = reception;
    this.listener = listener;
    this.deliveries = deliveries;
    this.stop = stop;
  }

  /** Whether something of the stream has become durable, so that a failure is a new one. */
  boolean madeProgress() {
    return progress;
  }

  /**
   * Runs until the stop or the end.
   *
   * @throws WalferryException also after the stop, for whatever the stop has cut short
   */
  void run(EndPoint end) {
    reception.open();
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
    FeedIdentity of =
        new FeedIdentity(feed.pipeline(), identity.systemId(), identity.timeline(), feed.slot());
    SourceText text = SourceText.of(sql, settings.invalidText());
    try (OpenSinks open = new OpenSinks(targets)) {
      requireMemory(open.sinks());
      List<Member> members = new ArrayList<>();
      for (OpenSink opening : open.sinks()) {
        FeedEnds ends =
            new FeedEnds(source, replication, sql, opening.sink(), text, settings.clock());
        TableLoads loads = new TableLoads(settings, ends, listener, stop);
        members.add(new Member(ends, translated(opening.open(of), of), loads));
      }
      listener.opened(source.settings().display(), feed.slot());
      try {
        Lineage lineage = Lineage.read(replication, sql, identity.timeline());
        follow(lineage, reachPositions(lineage, slot, members), until);
      } catch (WalferryException e) {
        throw asSeenBy(open.sinks(), e);
      }
    }
  }

  /**
   * What a destination has, in places of this server's log. If it has followed the server that this
   * one was made of, all that it lacks comes behind the place where the slot was made here; whether
   * the slot still stands there is judged as for any other position.
   */
  private SinkState translated(SinkState state, FeedIdentity server) {
    if (!(state instanceof SinkState.Following following)
        || following.saved().isOfTheServer(server)) {
      return state;
    }
    Predecessor predecessor =
        settings
            .feed()
            .upgradedFrom()
            .filter(accepted -> accepted.systemId() == following.saved().systemId())
            .orElseThrow(
                () -> new IllegalStateException("A sink has shown another server's position"));
    Position was = following.position();
    reception.requireDelivered(was.endLsn(), predecessor);
    LOG.info(
        "The destination has followed the server with system id {} up to {}; it goes on at {}",
        Long.toUnsignedString(predecessor.systemId()),
        was.endLsn(),
        predecessor.slotBegins());
    return new SinkState.Following(
        new Position(predecessor.slotBegins(), was.xid()), following.saved(), following.ledger());
  }

  /** What is confirmed may be further than a destination that does not know how far it is. */
  private void requireMemory(List<OpenSink> sinks) {
    if (settings.stream().spool().durable() && !sinks.getFirst().savesPosition()) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "a destination that saves no position cannot be fed from a durable spool");
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
  private List<StartPoint> reachPositions(
      Lineage lineage, Optional<Slot> slot, List<Member> members) {
    StartUp startUp = new StartUp(settings.feed(), members, lineage, reception, listener);
    return stop.during(
        () -> startUp.reachPositions(slot), members.getFirst().ends().replication()::close);
  }

  private void follow(Lineage lineage, List<StartPoint> starts, Optional<Lsn> until) {
    FeedSettings feed = settings.feed();
    FeedEnds ends = starts.getFirst().member().ends();
    TableSelection selection =
        new TableSelection(
            feed.tables(), new PublicationCatalog(ends.sql()).tables(feed.publication()));
    boolean resumes = starts.getFirst().member().savesPosition();
    RowForms forms =
        new RowForms(
            ends,
            selection,
            settings.stream().output().form(),
            starts.stream().map(start -> start.member().ends().sink()).toList(),
            resumes);
    List<Outlet> outlets =
        starts.stream().map(start -> outlet(start, selection, forms, lineage)).toList();
    Position from =
        starts.stream()
            .map(StartPoint::position)
            .min(Comparator.comparing(Position::endLsn))
            .orElseThrow();
    // Without streaming it goes on from its position; a feed without one has to begin so.
    StreamSettings how = resumes ? settings.stream() : settings.stream().withoutStreaming();
    try (ChangeStream stream =
        reception.follow(lineage, ends, from.endLsn(), how.with(how.output().with(forms.form())))) {
      listener.following(from);
      UnsentChanges unsent =
          new UnsentChanges(
              ends,
              feed.publication(),
              starts.stream().map(start -> start.member().loads().lines()).toList(),
              settings.stream().statusInterval());
      Follower follower =
          new Follower(stream, outlets, unsent, forms, lineage, settings, deliveries, stop);
      try {
        stop.during(() -> follower.follow(until), stream::interrupt);
      } finally {
        progress = follower.hasProgressed();
      }
    } catch (WalferryException | MalformedValueException e) {
      throw resumes ? seen(forms.seen(e), outlets) : forms.seen(e);
    }
  }

  /**
   * Has another attempt look first at what has become of a type, if that may be why a change was
   * not taken: where it is in a key, rows are not found any more.
   */
  private static RuntimeException seen(RuntimeException failure, List<Outlet> outlets) {
    if (!(failure instanceof WalferryException told)
        || told.code().retry() != ErrorCode.Retry.NEVER
        || told.code() == ErrorCode.DESTINATION_DDL_HALTED) {
      return failure;
    }
    try {
      if (outlets.stream().anyMatch(Outlet::hasAlteredTypes)) {
        return new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "a type of followed columns was altered at the source: " + told.getMessage(),
            told);
      }
    } catch (WalferryException e) {
      told.addSuppressed(e);
    }
    return told;
  }

  private Outlet outlet(
      StartPoint start, TableSelection selection, RowForms forms, Lineage lineage) {
    FeedEnds ends = start.member().ends();
    Replay replay = new Replay(ends, start.member().loads(), forms);
    replay.judge(start.unsettled());
    RowReloads rows = new RowReloads(ends, replay, listener);
    TableLines lines = start.member().loads().lines();
    ReplacedTables replaced =
        new ReplacedTables(
            settings.feed(), ends, lines, replay, rows, settings.stream().statusInterval());
    FollowedTables tables =
        new FollowedTables(settings.feed(), ends, selection, lines, replay, replaced);
    AskedReloads asked = new AskedReloads(settings.feed(), ends, lines, replay, rows);
    AlteredTypes types = new AlteredTypes(settings.feed(), ends, lines);
    return new Outlet(start, tables, replay, rows, asked, replaced, types, lineage);
  }

  /** What a destination without a memory has taken would be repeated by another attempt. */
  private static WalferryException asSeenBy(List<OpenSink> sinks, WalferryException cause) {
    if (sinks.getFirst().savesPosition() || cause.code().retry() == ErrorCode.Retry.NEVER) {
      return cause;
    }
    return new WalferryException(ErrorCode.FEED_NOT_RESUMABLE, cause.getMessage(), cause);
  }
}
