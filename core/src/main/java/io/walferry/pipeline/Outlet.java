package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.sink.Sink;
import io.walferry.snapshot.TableLedger;
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
  private Position durable;
  private Optional<TransactionHeader> unbegun = Optional.empty();
  private Xid xid = Xid.NONE;
  private boolean passes;
  private boolean announced;

  Outlet(
      Sink sink,
      FollowedTables tables,
      Replay replay,
      TableLoads loads,
      RowReloads rows,
      Position durable) {
    this.sink = sink;
    this.tables = tables;
    this.replay = replay;
    this.loads = loads;
    this.rows = rows;
    this.durable = durable;
  }

  /** What it has taken; for most destinations the same as {@link #settle}. */
  Position durable() {
    return durable;
  }

  /** Up to where everything is durable; behind the last commit where others acknowledge. */
  Position settle() {
    return sink.settle(durable);
  }

  /** The changes that follow belong to this transaction. */
  void begin(TransactionHeader header) {
    passes = header.commitLsn().isBefore(durable.endLsn());
    unbegun = Optional.of(header);
    xid = header.xid();
    if (!passes) {
      tables.lookAgain();
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
        List<Relation> emptied = truncate.relations().stream().filter(tables::includes).toList();
        yield emptied.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Change.Truncate(emptied, truncate.cascade(), truncate.restartIdentity()));
      }
      case Change.Message message -> {
        if (ReloadRequest.isOne(message)) {
          tables.reload(message);
          yield Optional.empty();
        }
        if (RowReloadRequest.isOne(message)) {
          tables.reloadRows(message);
          yield Optional.empty();
        }
        yield Optional.of(message);
      }
    };
  }

  private Optional<Change> selected(Change change, Relation relation) {
    return tables.includes(relation) ? Optional.of(change) : Optional.empty();
  }

  /** Whether it has to be committed so that a table, or some rows of one, can be loaded. */
  boolean wantsLoad() {
    return replay.wantsLoad() || rows.isDue();
  }

  /** Whether rows are to be read that cannot be read yet. */
  boolean waitsForRows() {
    return rows.isPending();
  }

  /** How far the stream has to come until everything that was read is in step; 0/0 if it is. */
  Lsn replayEnd() {
    return replay.end();
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
    rows.plan();
    replay.settle(reached);
    sink.commit(reached);
    durable = reached;
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
