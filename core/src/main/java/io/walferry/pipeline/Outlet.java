package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.ddl.ToldChange;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import io.walferry.sink.TableAlteration;
import io.walferry.snapshot.TableLedger;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * One destination of a feed while the stream runs. It has its own position, so it leaves out what
 * it has already got while others of the same slot still have to get it. Belongs to the pipeline's
 * thread.
 */
final class Outlet {
  private final Sink sink;
  private final FollowedTables tables;
  private final Replay replay;
  private final TableLoads loads;
  private final RowReloads rows;
  private final AskedReloads asked;
  private final ReplacedTables replaced;
  private final AlteredTypes types;
  private final Lineage lineage;
  private Position durable;
  private Optional<TransactionHeader> unbegun = Optional.empty();
  private Xid xid = Xid.NONE;
  private boolean passes;
  private boolean announced;

  /** What precedes the transaction whose changes come. */
  private Position preceding;

  private Lsn commitLsn = Lsn.ZERO;

  /** How many changes of it have come. */
  private long index;

  /** The transaction of which a part is there already, or was to be made so. */
  private Optional<TornTransaction> torn;

  Outlet(
      StartPoint start,
      FollowedTables tables,
      Replay replay,
      RowReloads rows,
      AskedReloads asked,
      ReplacedTables replaced,
      AlteredTypes types,
      Lineage lineage) {
    this.lineage = lineage;
    this.replaced = replaced;
    this.types = types;
    this.asked = asked;
    this.sink = start.member().ends().sink();
    this.tables = tables;
    this.replay = replay;
    this.loads = start.member().loads();
    this.rows = rows;
    this.durable = start.position();
    this.preceding = start.position();
    this.torn = start.torn();
  }

  /** What it has taken; for most destinations the same as {@link #settle}. */
  Position durable() {
    return durable;
  }

  /** Up to where everything is durable; behind the last commit where others acknowledge. */
  Position settle() {
    return sink.settle(durable);
  }

  /**
   * The changes that follow belong to this transaction.
   *
   * @param reached the end of everything before it
   */
  void begin(TransactionHeader header, Position reached) {
    preceding = reached.endLsn().isBefore(durable.endLsn()) ? durable : reached;
    commitLsn = header.commitLsn();
    index = 0;
    passes = header.commitLsn().isBefore(durable.endLsn());
    unbegun = Optional.of(header);
    xid = header.xid();
    if (!passes) {
      tables.begin(header);
    }
  }

  /** Relations were announced in this transaction, before its next change. */
  void announced() {
    announced = true;
  }

  /** Takes a change if it is wanted here. Transactions without any cost the sink nothing. */
  boolean append(Change change) {
    if (passes) {
      return false;
    }
    index++;
    if (isThere()) {
      return false;
    }
    if (announced) {
      announced = false;
      tables.announced(xid);
    }
    Optional<Change> wanted = selected(change);
    if (wanted.isEmpty()) {
      return false;
    }
    unbegun.ifPresent(this::beginReplay);
    unbegun = Optional.empty();
    replay.append(wanted.get());
    return true;
  }

  /** Whether the change came with a part of its transaction that is durable. */
  private boolean isThere() {
    return torn.filter(it -> it.commitLsn().equals(commitLsn) && index <= it.changes()).isPresent();
  }

  private void beginReplay(TransactionHeader header) {
    rows.applied(header.xid());
    replay.begin(header);
  }

  /** The change as far as its tables are followed. */
  private Optional<Change> selected(Change change) {
    return switch (change) {
      case Change.Insert insert -> selected(insert, insert.relation());
      case Change.Update update -> selected(update, update.relation());
      case Change.Delete delete -> selected(delete, delete.relation());
      case Change.Truncate truncate -> {
        List<Relation> emptied = truncate.relations().stream().filter(this::isWanted).toList();
        yield emptied.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Change.Truncate(emptied, truncate.cascade(), truncate.restartIdentity()));
      }
      case Change.Message message -> {
        if (ReloadRequest.isOne(message)) {
          asked.reload(message);
          yield Optional.empty();
        }
        if (RowReloadRequest.isOne(message)) {
          asked.reloadRows(message);
          yield Optional.empty();
        }
        if (ToldChange.isOne(message)) {
          tables.heard(message).ifPresent(this::told);
          yield Optional.empty();
        }
        yield Optional.of(message);
      }
    };
  }

  private Optional<Change> selected(Change change, Relation relation) {
    return isWanted(relation) ? Optional.of(change) : Optional.empty();
  }

  /** Whether changes of the relation are to be applied; the destination has its columns then. */
  private boolean isWanted(Relation relation) {
    if (!tables.includes(relation)) {
      Optional<PublishedTable> newcomer = tables.newcomer(relation);
      if (newcomer.isEmpty()) {
        return false;
      }
      if (tables.isOfOneThatIsGone(relation.table())) {
        // What came of it goes first; nobody needs its rows any more.
        replay.flush();
        drop(relation.table());
      }
      meet(newcomer.get());
    }
    // A table that is to be loaded again gets the columns that it has by then.
    if (!replay.isToPlan(relation.table()) && tables.isAltered(relation)) {
      // What has come with the former columns goes first; that may have the table loaded again.
      replay.flush();
      if (!replay.isToPlan(relation.table())) {
        tables.alteration(relation).ifPresent(this::alter);
        return tables.includes(relation);
      }
      // One that is found gone is not followed any more.
      return tables.includes(relation);
    }
    return true;
  }

  private void alter(TableAlteration alteration) {
    if (isOnItsOwn(alteration)) {
      tables.begin(alteration);
      tear();
    }
    tables.alter(alteration);
  }

  private void meet(PublishedTable table) {
    if (replaced.takes(table)) {
      return;
    }
    tables
        .unmet()
        .meet(
            table,
            () -> {
              replay.flush();
              tear();
            });
  }

  private void told(ToldChange told) {
    for (TableMove move : tables.moves(told)) {
      // The changes before it go first.
      replay.flush();
      switch (move) {
        case TableMove.Dropped(var table) -> drop(table);
        case TableMove.Renamed renamed -> rename(renamed);
        case TableMove.Left(var table) -> {
          boolean unused = forget(table);
          tables.moving().leave(table);
        }
        case TableMove.Waits waits -> tables.moving().await(waits);
      }
    }
    for (var freed = tables.freed(); freed.isPresent(); freed = tables.freed()) {
      replay.flush();
      rename(freed.get());
    }
    tables.unmet().free().forEach(this::meet);
    Optional<PublishedTable> newcomer = tables.newcomer(told, xid);
    newcomer.ifPresent(this::meet);
    if (newcomer.isEmpty()) {
      tables.told(told, xid);
    }
  }

  /** Nothing is read of it any more, under that name at least. */
  private boolean forget(TableId table) {
    boolean wanted = replay.isUnsettled(table);
    replay.forget(table);
    return rows.forget(table) || wanted;
  }

  private void drop(TableId table) {
    boolean unused = forget(table);
    if (sink.capabilities().altersOnItsOwn()) {
      tear();
    }
    tables.moving().drop(table);
  }

  /** What was read under the former name cannot be judged under the new one, and is read again. */
  private void rename(TableMove.Renamed move) {
    boolean again = forget(move.table());
    TableMoves moving = tables.moving();
    if (again) {
      // For whoever finds it so.
      moving.loadAgain(move.table());
    }
    if (sink.capabilities().altersOnItsOwn()) {
      moving.begin(move);
      tear();
    }
    replay.forget(move.table());
    moving.rename(move, again);
    if (sink.capabilities().altersOnItsOwn()) {
      // Nobody may find another table under the former name, and take that for the one to rename.
      tear();
    }
  }

  /** What somebody has to do by hand has to find what was before it. */
  private boolean isOnItsOwn(TableAlteration alteration) {
    return switch (sink.capabilities().alterations()) {
      case NONE -> false;
      case IN_TRANSACTION ->
          alteration.changes().stream().anyMatch(it -> it instanceof ColumnChange.Replaced);
      case ON_THEIR_OWN -> true;
    };
  }

  /** Makes everything durable that has come before the change, and notes where that is. */
  private void tear() {
    TornTransaction part = new TornTransaction(commitLsn, index - 1);
    torn = Optional.of(part);
    sink.note(List.of(part.line()));
    // What was left out since its table is to be loaded does not come again.
    replay.noteReloads();
    lineage.requireSameTimeline();
    sink.commit(preceding);
    durable = preceding;
  }

  /** Whether it has to be committed so that a table, or some rows of one, can be loaded. */
  boolean wantsLoad() {
    return replay.wantsLoad() || rows.isDue();
  }

  /**
   * Looks now and then whether the tables, and the types of their columns, are what they were.
   *
   * @param reached the end of everything that has come
   * @return whether to commit, since one is not, or is noted for the first time
   */
  boolean looksAtTables(Position reached) {
    boolean counts = !reached.endLsn().isBefore(durable.endLsn());
    boolean noted = false;
    if (replaced.isDue()) {
      replaced.look(reached.endLsn());
      if (counts) {
        types.judge(replay::isUnsettled).forEach(table -> replay.loadSoon(table, true));
        noted = types.note();
      }
    }
    return noted || (replaced.isSure() && counts);
  }

  /** Tells whether a type prints otherwise by now than its rows at the destination do. */
  boolean hasAlteredTypes() {
    return types.isAny();
  }

  /** Whether rows are to be read that cannot be read yet. */
  boolean waitsForRows() {
    return rows.isPending() || replaced.isWaiting();
  }

  /** Whether changes of a table are left out until it can be read under its new name. */
  boolean leavesOut() {
    return loads.lines().hasPostponed();
  }

  /** How far the stream has to come until everything that was read is in step; 0/0 if it is. */
  Lsn replayEnd() {
    return Lsn.max(replay.end(), replaced.end());
  }

  /** Whether a commit at this position would end the replay behind a load. */
  boolean endsReplay(Position reached) {
    return replay.isOver(reached) || replay.endsRound(reached);
  }

  /**
   * Makes everything up to a position durable.
   *
   * @return how many changes were left out, since what was read of their tables has them
   */
  long commit(Position reached) {
    if (reached.endLsn().isBefore(durable.endLsn())) {
      return 0;
    }
    replay.flush();
    if (torn.filter(part -> part.commitLsn().isBefore(reached.endLsn())).isPresent()) {
      sink.forget(FeedLedger.FEED, EnumSet.of(LedgerEntry.Kind.TRANSACTION));
      torn = Optional.empty();
    }
    if (replaced.settle()) {
      tables.moved();
    }
    rows.plan();
    replay.plan(reached);
    List<PublishedTable> settled = replay.settle(reached);
    sink.commit(reached);
    durable = reached;
    types.committed();
    if (loads.index(settled)) {
      sink.commit(reached);
    }
    return replay.takeSkipped();
  }

  /** Loads the tables that want it. The last commit was everything. */
  void load() {
    List<TableLedger> unloaded = replay.unloaded();
    loads.load(unloaded);
    replay.judge(unloaded);
    rows.load();
  }
}
