package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Transaction;
import io.walferry.change.TransactionHeader;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.StreamEvent;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Moves transactions from the stream to the sink, in batches of whole transactions, and confirms
 * what the sink has made durable. Belongs to the pipeline's thread.
 */
final class Follower {
  private static final long CHANGES_PER_REPORT = 8192;
  private static final Duration SETTLE_PAUSE = Duration.ofMillis(20);
  private static final String AT_THE_END = "while the last changes were settled";

  private final ChangeStream stream;
  private final List<Outlet> outlets;
  private final UnsentChanges unsent;
  private final RowForms forms;
  private final Lineage lineage;
  private final PipelineSettings settings;
  private final Deliveries deliveries;
  private final StopSignal stop;

  /** What every destination has taken. */
  private Position durable;

  /** What of it nobody has still to acknowledge. */
  private Position settled;

  private Position reached;
  private long transactions;
  private long changes;
  private long bytes;
  private Stopwatch sinceBatchBegan;
  private Stopwatch sinceSave;
  private Optional<Instant> lastCommitTime = Optional.empty();
  private boolean progressed;
  private long announcements;

  /** Whether the source has said last that it has no more. */
  private boolean sourceRests;

  Follower(
      ChangeStream stream,
      List<Outlet> outlets,
      UnsentChanges unsent,
      RowForms forms,
      Lineage lineage,
      PipelineSettings settings,
      Deliveries deliveries,
      StopSignal stop) {
    this.stream = stream;
    this.outlets = outlets;
    this.unsent = unsent;
    this.forms = forms;
    this.lineage = lineage;
    this.settings = settings;
    this.deliveries = deliveries;
    this.stop = stop;
    this.durable = least(Outlet::durable);
    this.settled = least(Outlet::settle);
    this.reached = durable;
    this.sinceSave = Stopwatch.start(settings.clock());
    this.sinceBatchBegan = sinceSave;
    deliveries.resume(settled);
  }

  /** Everything up to here is at every destination. */
  private Position least(Function<Outlet, Position> position) {
    return outlets.stream().map(position).min(Comparator.comparing(Position::endLsn)).orElseThrow();
  }

  /**
   * Follows until the stop, or until every transaction whose commit starts before {@code until} is
   * durable at every destination, and later ones as far as existing rows were read later, or are
   * still to be.
   *
   * @return what is durable then
   */
  Position follow(Optional<Lsn> until) {
    boolean open = true;
    while (open && !stop.isRequested()) {
      Optional<Lsn> end = until.map(this::behindLoads);
      if (isAt(end)) {
        open = hasUncommitted() || lags();
        rest();
      } else {
        take(stream.next(timeLeft()), until, end);
      }
      boolean replaced = looksAtTables();
      if (replaced || isDue() || (isAt(end) && hasUncommitted()) || wantsLoad()) {
        commitAndLoad();
      } else if (lags()) {
        settle();
      }
      if (sourceRests && isInStep()) {
        deliveries.caughtUp();
      }
    }
    if (hasUncommitted() || lags()) {
      commit();
    }
    return settled;
  }

  private void take(StreamEvent event, Optional<Lsn> until, Optional<Lsn> end) {
    switch (event) {
      case StreamEvent.Begun begun -> {
        sourceRests = false;
        take(begun.transaction(), until);
      }
      case StreamEvent.KeepAlive keepAlive -> {
        sourceRests = true;
        moveOn(keepAlive, end);
      }
      case StreamEvent.Quiet quiet -> {
        // With nothing to do it was waited for a whole status interval.
        sourceRests |= isInStep();
        if (hasMoved() && isRested()) {
          // No other event may come before: a durable spool that is full waits for this place.
          commit();
        }
      }
    }
  }

  /** Tells whether there is nothing to apply, and a later place than the one that is saved. */
  private boolean hasMoved() {
    return transactions == 0 && reached.endLsn().isAfter(durable.endLsn());
  }

  /** Whether every destination has all of what has come, and what was read of tables is judged. */
  private boolean isInStep() {
    return transactions == 0
        && !lags()
        && !wantsLoad()
        && !waitsForRows()
        && outlets.stream().noneMatch(Outlet::leavesOut)
        && behindLoads(Lsn.ZERO).equals(Lsn.ZERO);
  }

  /** At the end there is nothing to do but to wait for what others have open. */
  private void rest() {
    if (waitsForRows()) {
      stop.pause(RowReloads.PAUSE.dividedBy(4), AT_THE_END);
    } else if (lags()) {
      stop.pause(SETTLE_PAUSE, AT_THE_END);
    }
  }

  /** Whether somebody has still to acknowledge what was committed. */
  private boolean lags() {
    return settled.endLsn().isBefore(durable.endLsn());
  }

  private void settle() {
    Position now = least(Outlet::settle);
    if (now.endLsn().isAfter(settled.endLsn())) {
      settle(now);
    }
  }

  private void settle(Position now) {
    progressed |= now.endLsn().isAfter(settled.endLsn());
    settled = now;
    stream.confirm(settled.endLsn());
    deliveries.settle(settled);
  }

  private void commitAndLoad() {
    commit();
    if (wantsLoad() && !stop.isRequested()) {
      outlets.forEach(Outlet::load);
    }
  }

  /** Rows that were read later than the end would be ahead of it: the stream has to pass them. */
  private Lsn behindLoads(Lsn until) {
    return outlets.stream().map(Outlet::replayEnd).reduce(until, Lsn::max);
  }

  private boolean looksAtTables() {
    unsent.look();
    boolean wantsCommit = false;
    for (Outlet outlet : outlets) {
      wantsCommit |= outlet.looksAtTables(reached);
    }
    return wantsCommit;
  }

  private boolean wantsLoad() {
    return outlets.stream().anyMatch(Outlet::wantsLoad);
  }

  private boolean hasUncommitted() {
    return transactions > 0
        || reached.endLsn().isAfter(durable.endLsn())
        || endsReplay()
        || wantsLoad()
        || waitsForRows();
  }

  private boolean waitsForRows() {
    return outlets.stream().anyMatch(Outlet::waitsForRows);
  }

  private boolean endsReplay() {
    return outlets.stream().anyMatch(outlet -> outlet.endsReplay(reached));
  }

  private boolean isAt(Optional<Lsn> until) {
    return until.isPresent() && !reached.endLsn().isBefore(until.get());
  }

  /**
   * Transactions come in the order of their commits, so the first one beyond the end tells it. What
   * waits to be judged goes first: it may want a table loaded, and so put the end off. Rows that
   * are still to be read will put it off as well, so this transaction is not left behind unread.
   */
  private void take(Transaction transaction, Optional<Lsn> until) {
    if (isBeyond(transaction, until)) {
      commitAndLoad();
    }
    if (isBeyond(transaction, until) && !waitsForRows()) {
      reached = new Position(behindLoads(until.orElseThrow()), reached.xid());
    } else {
      apply(transaction);
    }
  }

  private boolean isBeyond(Transaction transaction, Optional<Lsn> until) {
    return until.isPresent()
        && !transaction.header().commitLsn().isBefore(behindLoads(until.get()));
  }

  /** Whether anything has become durable since {@link #follow} began. */
  boolean hasProgressed() {
    return progressed;
  }

  private void apply(Transaction transaction) {
    if (isInStep()) {
      deliveries.reached(transaction.header().commitTime());
    }
    outlets.forEach(outlet -> outlet.begin(transaction.header(), reached));
    boolean taken = false;
    while (transaction.advance()) {
      if (append(transaction.change())) {
        if (!taken) {
          count();
          taken = true;
        }
      }
    }
    TransactionHeader header = transaction.header();
    reached =
        new Position(transaction.endLsn(), header.isTransaction() ? header.xid() : reached.xid());
    lastCommitTime = Optional.of(header.commitTime());
    if (!taken && transactions == 0 && isRested()) {
      commit();
    }
  }

  /** Only a transaction with a change that is wanted begins a batch. */
  private void count() {
    if (transactions == 0) {
      sinceBatchBegan = sinceBatchBegan.restart();
    }
    transactions++;
  }

  private boolean append(Change change) {
    if (stream.announcements() != announcements) {
      announcements = stream.announcements();
      outlets.forEach(Outlet::announced);
      forms.announced();
    }
    Change readable = change;
    boolean taken;
    try {
      readable = forms.readable(change);
      taken = offer(readable);
    } catch (OutOfMemoryError e) {
      throw LargeChange.tooLarge(change, e);
    }
    if (taken) {
      changes++;
      bytes += readable.byteSize();
      if (changes % CHANGES_PER_REPORT == 0) {
        deliveries.applying(changes);
      }
    }
    return taken;
  }

  private boolean offer(Change change) {
    boolean taken = false;
    for (Outlet outlet : outlets) {
      taken |= outlet.append(change);
    }
    return taken;
  }

  /**
   * With nothing to apply the position moves on all the same, or the server would keep its log for
   * us. It is saved before it is confirmed; at once when the server waits for it, as it does when
   * it shuts down, else now and then.
   */
  private void moveOn(StreamEvent.KeepAlive keepAlive, Optional<Lsn> until) {
    Lsn end = until.filter(keepAlive.walEnd()::isAfter).orElse(keepAlive.walEnd());
    reached = new Position(Lsn.max(reached.endLsn(), end), reached.xid());
    boolean moved = reached.endLsn().isAfter(durable.endLsn());
    boolean due = keepAlive.replyRequested() || (transactions == 0 && isRested());
    if ((moved && due) || (transactions == 0 && endsReplay())) {
      commit();
    }
  }

  private boolean isRested() {
    return sinceSave.hasReached(settings.stream().statusInterval());
  }

  private boolean isDue() {
    BatchLimits limits = settings.batch();
    return transactions > 0
        && (changes >= limits.rows()
            || bytes >= limits.bytes()
            || sinceBatchBegan.hasReached(limits.time()));
  }

  private Duration timeLeft() {
    if (transactions == 0) {
      Duration rest = settings.stream().statusInterval();
      Duration pause = lags() ? SETTLE_PAUSE : waitsForRows() ? RowReloads.PAUSE : rest;
      return rest.compareTo(pause) > 0 ? pause : rest;
    }
    return sinceBatchBegan.left(settings.batch().time());
  }

  private void commit() {
    lineage.requireSameTimeline();
    long skipped = Long.MAX_VALUE;
    for (Outlet outlet : outlets) {
      skipped = Math.min(skipped, outlet.commit(reached));
    }
    changes -= skipped;
    CommittedBatch batch =
        new CommittedBatch(
            transactions,
            changes,
            bytes,
            reached,
            transactions > 0 ? lastCommitTime : Optional.empty());
    sinceSave = sinceSave.restart();
    transactions = 0;
    changes = 0;
    bytes = 0;
    durable = least(Outlet::durable);
    deliveries.handOver(batch);
    settle(least(Outlet::settle));
    progressed |= !lags();
  }
}
