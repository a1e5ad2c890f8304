package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.snapshot.LoadTable;
import io.walferry.snapshot.TableLedger;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SlotKind;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a feed starts, decided by what its destinations remember and by the slot. All of them fresh
 * or about to begin:
 *
 * <pre>
 *                no slot              slot
 * fresh          make it and load     refuse, or start from it without a load
 * about to make  make it and load     drop it if it is younger than the note, load
 * </pre>
 *
 * If one of them follows, the slot has to be there and must not be ahead of the least position;
 * otherwise changes are lost: refuse, or make a new slot and load everything again. Unfinished
 * loads are finished first, tables that came to the publication meanwhile are loaded, and so is
 * every table for a destination that joins. Nothing falls back to a load of everything by itself.
 *
 * <p>Of a server that was promoted meanwhile, what a destination has must be part of its log. What
 * was read and not caught up with is read again there: it may hold transactions that are lost, and
 * others have their ids now. The same on a server that was made of the one that was followed.
 */
final class StartUp {
  private static final Logger LOG = LoggerFactory.getLogger(StartUp.class);
  private static final String PLUGIN = "pgoutput";

  private final FeedSettings feed;
  private final List<Member> members;
  private final Lineage lineage;
  private final Reception reception;
  private final PipelineListener listener;
  private final ReplicationConnection replication;
  private final PostgresConnector source;
  private final Connection sql;

  StartUp(
      FeedSettings feed,
      List<Member> members,
      Lineage lineage,
      Reception reception,
      PipelineListener listener) {
    this.lineage = lineage;
    this.reception = reception;
    this.feed = feed;
    this.members = members;
    this.listener = listener;
    FeedEnds ends = members.getFirst().ends();
    this.replication = ends.replication();
    this.source = ends.source();
    this.sql = ends.sql();
  }

  /** Brings every destination to a position from which the stream can go on. */
  List<StartPoint> reachPositions(Optional<Slot> slot) {
    slot.ifPresent(this::requireOurs);
    members.forEach(member -> lineage.requireDescent(member.state()));
    Optional<Position> least =
        members.stream()
            .flatMap(member -> following(member).stream())
            .map(SinkState.Following::position)
            .min(Comparator.comparing(Position::endLsn));
    if (least.isEmpty()) {
      slot.ifPresent(this::requireUsable);
      return begin(slot);
    }
    try {
      Slot continuous = requireContinuous(least.get(), slot);
      members.forEach(member -> following(member).ifPresent(lineage::requireShared));
      return goOn(least.get(), continuous);
    } catch (WalferryException e) {
      if (feed.onSlotLost() == SlotLoss.FAIL || !isLossOfTheSlot(e.code())) {
        throw e;
      }
      requireCreation();
      LOG.warn("{}; every table is loaded again", e.getMessage());
      slot.ifPresent(this::drop);
      return beginAgain();
    }
  }

  /** What a destination follows; empty if it has still to begin. */
  private static Optional<SinkState.Following> following(Member member) {
    return member.state() instanceof SinkState.Following following
            && new FeedLedger(following.ledger()).intent().isEmpty()
        ? Optional.of(following)
        : Optional.empty();
  }

  private static boolean isLossOfTheSlot(ErrorCode code) {
    return code == ErrorCode.SLOT_LOST
        || code == ErrorCode.SLOT_UNUSABLE
        || code == ErrorCode.SLOT_AHEAD
        || code == ErrorCode.SPOOL_DAMAGED;
  }

  private void requireOurs(Slot slot) {
    if (!slot.plugin().equals(Optional.of(PLUGIN))) {
      throw unusable(
          ErrorCode.SLOT_FOREIGN,
          slot,
          "expected the plug-in pgoutput, got " + slot.plugin().orElse("none"));
    }
    String database = source.settings().database();
    if (!slot.database().equals(Optional.of(database))) {
      throw unusable(
          ErrorCode.SLOT_FOREIGN,
          slot,
          "expected the database " + database + ", got " + slot.database().orElse("none"));
    }
  }

  private void requireUsable(Slot slot) {
    if (!slot.isUsable()) {
      throw unusable(
          ErrorCode.SLOT_UNUSABLE,
          slot,
          "the server has given it up: " + slot.invalidation().orElse("no reason given"));
    }
  }

  private static WalferryException unusable(ErrorCode code, Slot slot, String why) {
    return new WalferryException(code, "cannot use the slot " + slot.name() + ": " + why);
  }

  private Slot requireContinuous(Position position, Optional<Slot> found) {
    Slot slot =
        found.orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.SLOT_LOST,
                    "the destination stands at "
                        + position.endLsn()
                        + ", but the slot "
                        + feed.slot()
                        + " does not exist"));
    requireUsable(slot);
    Lsn confirmed = slot.wal().confirmedFlushLsn().orElse(Lsn.ZERO);
    if (!reception.bridges(position.endLsn(), confirmed)) {
      throw new WalferryException(
          reception.lossCode(),
          "the destination stands at "
              + position.endLsn()
              + ", but the slot "
              + slot.name()
              + " was confirmed up to "
              + confirmed
              + ", and "
              + reception.holding());
    }
    return slot;
  }

  private List<StartPoint> goOn(Position least, Slot slot) {
    Set<TableId> left =
        members.stream()
            .flatMap(member -> following(member).stream())
            .map(SinkState.Following::ledger)
            .flatMap(ledger -> StartTables.left(sql, feed, new FeedLedger(ledger)).stream())
            .collect(Collectors.toSet());
    List<PublishedTable> tables = new PublishedTables(feed, sql, false).followed(least, left);
    Position joining = new Position(slot.wal().confirmedFlushLsn().orElse(Lsn.ZERO), Xid.NONE);
    List<StartPoint> starts = new ArrayList<>();
    for (Member member : members) {
      Optional<SinkState.Following> following = following(member);
      starts.add(
          following.isPresent()
              ? resume(member, following.get(), tables)
              : join(member, joining, tables));
    }
    reception.receive(lineage, members.getFirst().ends(), least.endLsn());
    starts.forEach(start -> start.member().loads().load(start.unsettled()));
    return starts;
  }

  private StartPoint resume(Member member, SinkState.Following found, List<PublishedTable> tables) {
    Sink sink = member.ends().sink();
    Newcomers newcomers = new Newcomers(sink);
    SinkState.Following following = BegunRenames.finish(sink, found);
    FeedLedger ledger = new FeedLedger(following.ledger());
    boolean promoted = lineage.hasLeft(following.saved());
    boolean upgraded = lineage.isOfPredecessor(following.saved());
    StartTables start = StartTables.of(member.ends(), feed, tables, ledger, !upgraded);
    List<PublishedTable> known = start.known();
    List<PublishedTable> added = start.added().stream().filter(sink::admits).toList();
    List<TableLedger> unsettled = new ArrayList<>();
    List<PublishedTable> altered = new ArrayList<>();
    List<PublishedTable> settled = new ArrayList<>();
    // The entries of a publication have other oids on a server that was made of another one.
    List<PublishedTable> leftOut =
        upgraded ? List.of() : known.stream().filter(table -> wasLeftOut(table, ledger)).toList();
    if (!reception.isReceiving() && !leftOut.isEmpty()) {
      // Before anything is read again: what was written without a publication ends the feed.
      new SlotCatalog(sql).requireDecodable(feed.slot(), feed.publication());
    }
    TableLines lines = member.loads().lines();
    know(lines, ledger, start);
    AlteredTypes types = new AlteredTypes(feed, member.ends(), lines);
    Set<Integer> reprinted =
        types.judge(table -> !ledger.unsettled(table).isEmpty()).stream()
            .map(PublishedTable::oid)
            .collect(Collectors.toSet());
    for (PublishedTable table : known) {
      Optional<TableLedger> saved =
          TableLedger.of(LoadTable.read(sql, table), ledger.unsettled(table.table()));
      boolean astray = start.isAstray(table.table());
      if (ledger.isReload(table.table())
          || start.isReplaced(table)
          || reprinted.contains(table.oid())
          || (saved.isPresent() && (promoted || astray || !saved.get().isCurrent(sql)))) {
        // It is read again as it is now, or once it is called so, whatever was done to it.
        altered.add(table);
        continue;
      }
      FollowedTable was = ledger.followed(table.table()).orElseThrow();
      Optional<String> rewrite = was.rewritten(table);
      rewrite.ifPresent(why -> FollowedTables.requireReload(feed, table, why));
      if (rewrite.isPresent()
          || (leftOut.contains(table) && FollowedTables.loadsAgain(feed, table))) {
        altered.add(table);
      } else {
        saved.ifPresentOrElse(unsettled::add, () -> settled.add(table));
        if (!sink.capabilities().dropsChunks()) {
          saved.ifPresent(TableLedger::repeat);
        }
      }
    }
    sink.resume(
        known.stream()
            .filter(table -> !altered.contains(table))
            .map(sink.capabilities().altersTables() ? lines::asFollowed : table -> table)
            .toList());
    // Before the slot moves on: where it was made is where this destination goes on.
    boolean noted = upgraded || !following.equals(found);
    noted |= member.loads().index(settled);
    noted |= start.forget(feed, sink, lines);
    noted |= newcomers.takeBack(ledger.newcomers(), added, feed.load() != LoadMode.NONE);
    noted |= noteChangedLines(sink, known, ledger, lines);
    noted |= types.note();
    if (!altered.isEmpty()) {
      unsettled.addAll(member.loads().planAgain(altered, following.position()));
      noted = true;
    }
    if (!added.isEmpty()) {
      if (noted) {
        // What renames have ended in is durable before another table of a former name is made.
        sink.commit(following.position());
      }
      Runnable commit = () -> sink.commit(following.position());
      unsettled.addAll(add(member, added, () -> newcomers.prepare(added, commit)));
      noted = true;
    }
    if (noted) {
      sink.commit(following.position());
    }
    return new StartPoint(member, following.position(), tables, unsettled, ledger.torn());
  }

  /** Takes what the ledger says of tables that are followed on, and of types of their columns. */
  private void know(TableLines lines, FeedLedger ledger, StartTables start) {
    for (PublishedTable table : start.known()) {
      lines.know(table.table(), line(table, ledger, start));
      ledger
          .begun(table.table())
          .ifPresent(target -> lines.knowBegun(table.table(), target.numbered(table.oid())));
      ledger.awaited(table.table()).ifPresent(name -> lines.await(table.table(), name));
    }
    lines.types().know(ledger.types());
  }

  /** A destination that comes to a feed which others follow already. */
  private StartPoint join(Member member, Position position, List<PublishedTable> tables) {
    Sink sink = member.ends().sink();
    sink.forget(FeedLedger.FEED, EnumSet.of(LedgerEntry.Kind.SLOT));
    List<TableLedger> unsettled = add(member, tables, () -> sink.prepare(tables));
    sink.commit(position);
    return new StartPoint(member, position, tables, unsettled, Optional.empty());
  }

  /** Tables that the destination knows nothing of; in its open transaction. */
  private List<TableLedger> add(Member member, List<PublishedTable> added, Runnable prepare) {
    if (feed.load() == LoadMode.NONE) {
      member.ends().sink().resume(added);
      member.loads().lines().note(added);
      return List.of();
    }
    prepare.run();
    return member.loads().planLive(added);
  }

  private static boolean wasLeftOut(PublishedTable table, FeedLedger ledger) {
    return ledger.followed(table.table()).filter(was -> was.wasLeftOut(table)).isPresent();
  }

  /**
   * What is known of a table now. Columns stay as the stream has announced them, or as the catalog
   * had them at a place of the log; of a line that does not say where, they are the catalog's.
   */
  private FollowedTable line(PublishedTable table, FeedLedger ledger, StartTables start) {
    FollowedTable was =
        ledger
            .followed(table.table())
            .or(() -> Optional.ofNullable(ledger.vacated().get(table.table())))
            .orElseThrow();
    if (start.isReplaced(table)) {
      return was.replacedBy(table);
    }
    return was.since().equals(FollowedTable.UNKNOWN)
        ? FollowedTable.of(table, WalEnd.read(sql))
        : was.numbered(table.oid()).by(table.routes());
  }

  private static boolean noteChangedLines(
      Sink sink, List<PublishedTable> known, FeedLedger ledger, TableLines lines) {
    List<LedgerEntry> changed = new ArrayList<>();
    for (PublishedTable table : known) {
      FollowedTable line = lines.find(table.table()).orElseThrow();
      if (!ledger.followed(table.table()).equals(Optional.of(line))) {
        changed.add(line.line(table.table()));
      }
    }
    if (!changed.isEmpty()) {
      sink.note(changed);
    }
    return !changed.isEmpty();
  }

  private List<StartPoint> begin(Optional<Slot> slot) {
    Optional<Lsn> since =
        members.stream().flatMap(member -> begunAt(member).stream()).min(Lsn::compareTo);
    if (since.isEmpty() && feed.load() == LoadMode.NONE) {
      return attach(slot);
    }
    slot.ifPresent(existing -> dropUnfinished(existing, since));
    requireCreation();
    members.forEach(StartUp::takeBack);
    return new FirstLoad(feed, members, lineage, reception, listener).run(Set.of());
  }

  /** What a first load has made that did not come to its slot. */
  private static void takeBack(Member member) {
    if (member.state() instanceof SinkState.Following following) {
      boolean unused =
          new Newcomers(member.ends().sink())
              .takeBack(new FeedLedger(following.ledger()).newcomers(), List.of(), true);
    }
  }

  /** Since when a slot of our name is ours, if a load was begun there and not finished. */
  private static Optional<Lsn> begunAt(Member member) {
    return switch (member.state()) {
      case SinkState.Fresh fresh -> Optional.empty();
      case SinkState.Following following -> new FeedLedger(following.ledger()).intent();
    };
  }

  private void dropUnfinished(Slot slot, Optional<Lsn> since) {
    if (since.isEmpty()) {
      throw exists(slot, "the destination has no position for it");
    }
    if (slot.wal().confirmedFlushLsn().orElse(Lsn.ZERO).isBefore(since.get())) {
      throw exists(slot, "it is older than the load that was begun here at " + since.get());
    }
    drop(slot);
  }

  private void drop(Slot slot) {
    reception.leaveSlot();
    new SlotCatalog(sql).drop(slot.name());
  }

  private static WalferryException exists(Slot slot, String but) {
    return new WalferryException(
        ErrorCode.SLOT_EXISTS,
        "the slot "
            + slot.name()
            + " exists, but "
            + but
            + "; existing rows cannot be loaded to match it");
  }

  private List<StartPoint> beginAgain() {
    Set<TableId> replaced = new HashSet<>();
    for (Member member : members) {
      Sink sink = member.ends().sink();
      following(member)
          .map(found -> new FeedLedger(BegunRenames.finish(sink, found).ledger()))
          .ifPresent(
              ledger -> {
                boolean unused = new Newcomers(sink).takeBack(ledger.newcomers(), List.of(), true);
                replaced.addAll(ledger.tables());
              });
    }
    return new FirstLoad(feed, members, lineage, reception, listener).run(replaced);
  }

  /** Starts from the slot as it stands; the destinations have what came before. */
  private List<StartPoint> attach(Optional<Slot> slot) {
    List<StartPoint> starts =
        new PublishedTables(feed, sql, Member.findRows(members)).use(tables -> start(slot, tables));
    for (StartPoint start : starts) {
      start.member().loads().lines().note(start.tables());
      start.member().ends().sink().commit(start.position());
    }
    return starts;
  }

  /** The destinations are asked first, so that a refusal leaves no slot. */
  private List<StartPoint> start(Optional<Slot> slot, List<PublishedTable> tables) {
    members.forEach(member -> member.ends().sink().resume(tables));
    Lsn from =
        slot.flatMap(existing -> existing.wal().confirmedFlushLsn()).orElseGet(this::newSlot);
    Position position = new Position(from, Xid.NONE);
    return members.stream()
        .map(member -> new StartPoint(member, position, tables, List.of(), Optional.empty()))
        .toList();
  }

  private Lsn newSlot() {
    requireCreation();
    listener.waiting(
        "the slot "
            + feed.slot()
            + " is made as soon as running transactions have ended"
            + (lineage.isStandby()
                ? " and the primary has logged that (SELECT pg_log_standby_snapshot() there)"
                : ""));
    reception.leaveSlot();
    boolean saves = members.getFirst().savesPosition();
    return replication
        .createSlot(feed.slot(), saves ? feed.slotKind() : SlotKind.TEMPORARY)
        .consistentPoint();
  }

  private void requireCreation() {
    if (!feed.create()) {
      throw new WalferryException(
          ErrorCode.SLOT_MISSING,
          "the slot " + feed.slot() + " does not exist and 'source.create' is false");
    }
  }
}
