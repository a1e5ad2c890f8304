package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import io.walferry.slot.SlotCatalog;
import io.walferry.snapshot.NewSlot;
import io.walferry.snapshot.SourceSnapshot;
import io.walferry.snapshot.TableLedger;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SlotKind;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Begins a feed: publication first, then slot, then reads, so that existing rows and stream meet
 * exactly. Before the slot is made the destination notes that it will be, and since when: a process
 * that is killed in between leaves a slot that its successor knows to be its own.
 */
final class FirstLoad {
  private final FeedSettings feed;
  private final List<Member> members;
  private final Lineage lineage;
  private final Reception reception;
  private final PipelineListener listener;
  private final ReplicationConnection replication;
  private final PostgresConnector source;
  private final Connection sql;

  /** Into these destinations, which are opened and have no position. */
  FirstLoad(
      FeedSettings feed,
      List<Member> members,
      Lineage lineage,
      Reception reception,
      PipelineListener listener) {
    this.feed = feed;
    this.members = members;
    this.lineage = lineage;
    this.reception = reception;
    this.listener = listener;
    FeedEnds ends = members.getFirst().ends();
    this.replication = ends.replication();
    this.source = ends.source();
    this.sql = ends.sql();
  }

  /**
   * Runs until every existing row is at every destination.
   *
   * @param replaced tables whose rows, which an earlier slot has brought, go first
   */
  List<StartPoint> run(Set<TableId> replaced) {
    SourceSnapshot.requireTelling(sql);
    List<StartPoint> begun =
        new PublishedTables(feed, sql, replaced.isEmpty() && Member.findRows(members))
            .use(tables -> begin(tables, replaced));
    reception.receive(lineage, members.getFirst().ends(), begun.getFirst().position().endLsn());
    begun.forEach(start -> start.member().loads().load(start.unsettled()));
    listener.loadFinished(begun.getFirst().position());
    return begun;
  }

  private List<StartPoint> begin(List<PublishedTable> tables, Set<TableId> replaced) {
    SlotCatalog slots = new SlotCatalog(sql);
    slots.requireRoom(feed.slot());
    tables.forEach(this::requireReadable);
    members.forEach(member -> prepare(member, tables, replaced));
    members.forEach(member -> member.loads().meetTypes(tables));
    boolean temporary = !members.getFirst().savesPosition();
    SlotKind kind = temporary ? SlotKind.TEMPORARY : feed.slotKind();
    if (!temporary) {
      Lsn since = replication.identify().walEnd();
      members.forEach(member -> announce(member, since));
    }
    listener.waiting(
        "the slot " + feed.slot() + " is made as soon as running transactions have ended");
    reception.leaveSlot();
    NewSlot made =
        NewSlot.make(replication, source, sql, new NewSlot.SlotRequest(feed.slot(), kind, tables));
    Position position = new Position(made.slot().consistentPoint(), Xid.NONE);
    List<StartPoint> starts = new ArrayList<>();
    try {
      for (Member member : members) {
        Sink sink = member.ends().sink();
        sink.forget(FeedLedger.FEED, EnumSet.of(Kind.SLOT, Kind.TRANSACTION));
        left(tables, replaced).forEach(table -> sink.forget(table, EnumSet.allOf(Kind.class)));
        List<TableLedger> ledgers = member.loads().plan(tables, made.base());
        sink.commit(position);
        starts.add(new StartPoint(member, position, tables, ledgers, Optional.empty()));
      }
      return starts;
    } catch (WalferryException e) {
      if (!temporary && starts.isEmpty() && PublishedTables.isRefusal(e.code())) {
        discard(slots, e);
      }
      throw e;
    }
  }

  private void requireReadable(PublishedTable table) {
    try {
      TableLedger.requireReadable(sql, table);
    } catch (WalferryException e) {
      throw TableLoads.moving(e);
    }
  }

  /** Those of an earlier slot that are not there any more, under that name at least. */
  private static Set<TableId> left(List<PublishedTable> tables, Set<TableId> replaced) {
    Set<TableId> left = new HashSet<>(replaced);
    tables.forEach(table -> left.remove(table.table()));
    return left;
  }

  private static void prepare(Member member, List<PublishedTable> tables, Set<TableId> replaced) {
    Sink sink = member.ends().sink();
    Map<Boolean, List<PublishedTable>> parts =
        tables.stream()
            .collect(Collectors.partitioningBy(table -> replaced.contains(table.table())));
    List<PublishedTable> known = parts.getOrDefault(true, List.of());
    sink.resume(known);
    known.forEach(sink::empty);
    new Newcomers(sink).prepareFirst(parts.getOrDefault(false, List.of()));
  }

  private static void announce(Member member, Lsn since) {
    Sink sink = member.ends().sink();
    sink.note(List.of(FeedLedger.intent(since)));
    sink.commit(new Position(since, Xid.NONE));
  }

  /** Only for a refusal: any other commit may have been made even if it failed. */
  private void discard(SlotCatalog slots, WalferryException cause) {
    try {
      slots.drop(feed.slot());
    } catch (WalferryException e) {
      cause.addSuppressed(e);
    }
  }
}
