package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Transaction;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.sink.Sink;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.StreamEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Moves transactions from the stream to the sink, in batches of whole transactions, and confirms
 * what the sink has made durable. Belongs to the pipeline's thread.
 */
final class Follower {
  private static final long CHANGES_PER_REPORT = 8192;

  private final ChangeStream stream;
  private final Sink sink;
  private final PipelineSettings settings;
  private final PipelineListener listener;
  private final StopSignal stop;

  private final TableSelection selection;

  private Position durable;
  private Position reached;
  private long transactions;
  private long changes;
  private long bytes;
  private long batchStart;
  private long savedAt = System.nanoTime();
  private Optional<Instant> lastCommitTime = Optional.empty();
  private boolean committed;

  Follower(
      ChangeStream stream,
      Sink sink,
      PipelineSettings settings,
      PipelineListener listener,
      StopSignal stop,
      TableSelection selection) {
    this.stream = stream;
    this.sink = sink;
    this.settings = settings;
    this.listener = listener;
    this.stop = stop;
    this.selection = selection;
    this.durable = new Position(Lsn.ZERO, Xid.NONE);
    this.reached = durable;
  }

  /**
   * Follows until the stop, or until every transaction whose commit starts before {@code until} is
   * durable; {@code from} is durable at the destination.
   *
   * @return what is durable then
   */
  Position follow(Position from, Optional<Lsn> until) {
    durable = from;
    reached = from;
    while (!stop.isRequested() && !isAt(until)) {
      switch (stream.next(timeLeft())) {
        case StreamEvent.Begun begun -> take(begun.transaction(), until);
        case StreamEvent.KeepAlive keepAlive -> moveOn(keepAlive, until);
        case StreamEvent.Quiet quiet -> {}
      }
      if (isDue()) {
        commit();
      }
    }
    if (transactions > 0 || reached.endLsn().isAfter(durable.endLsn())) {
      commit();
    }
    return durable;
  }

  private boolean isAt(Optional<Lsn> until) {
    return until.isPresent() && !reached.endLsn().isBefore(until.get());
  }

  /** Transactions come in the order of their commits, so the first one beyond the end tells it. */
  private void take(Transaction transaction, Optional<Lsn> until) {
    if (until.isPresent() && !transaction.header().commitLsn().isBefore(until.get())) {
      reached = new Position(until.get(), reached.xid());
    } else {
      apply(transaction);
    }
  }

  /** Whether the destination has taken anything since {@link #follow} began. */
  boolean hasCommitted() {
    return committed;
  }

  private void apply(Transaction transaction) {
    boolean begun = false;
    while (transaction.advance()) {
      Optional<Change> change = selected(transaction.change());
      if (change.isPresent()) {
        if (!begun) {
          begin(transaction.header());
          begun = true;
        }
        append(change.get());
      }
    }
    reached = new Position(transaction.endLsn(), transaction.header().xid());
    lastCommitTime = Optional.of(transaction.header().commitTime());
    if (!begun && transactions == 0 && isRested()) {
      commit();
    }
  }

  /** Only for a transaction with a change that the feed wants: others cost the sink nothing. */
  private void begin(TransactionHeader header) {
    if (transactions == 0) {
      batchStart = System.nanoTime();
    }
    transactions++;
    sink.begin(header);
  }

  private void append(Change change) {
    sink.append(change);
    changes++;
    if (changes % CHANGES_PER_REPORT == 0) {
      listener.applying(changes);
    }
    bytes += byteSize(change);
  }

  /** The change as far as the feed wants its tables. */
  private Optional<Change> selected(Change change) {
    return switch (change) {
      case Change.Insert insert -> wanted(insert, insert.relation());
      case Change.Update update -> wanted(update, update.relation());
      case Change.Delete delete -> wanted(delete, delete.relation());
      case Change.Truncate truncate -> {
        List<Relation> emptied = truncate.relations().stream().filter(selection::includes).toList();
        yield emptied.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Change.Truncate(emptied, truncate.cascade(), truncate.restartIdentity()));
      }
      case Change.Message message -> Optional.of(message);
    };
  }

  private Optional<Change> wanted(Change change, Relation relation) {
    return selection.includes(relation) ? Optional.of(change) : Optional.empty();
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
    if (moved && (keepAlive.replyRequested() || (transactions == 0 && isRested()))) {
      commit();
    }
  }

  private boolean isRested() {
    return System.nanoTime() - savedAt >= settings.stream().statusInterval().toNanos();
  }

  private boolean isDue() {
    BatchLimits limits = settings.batch();
    return transactions > 0
        && (changes >= limits.rows()
            || bytes >= limits.bytes()
            || System.nanoTime() - batchStart >= limits.time().toNanos());
  }

  private Duration timeLeft() {
    if (transactions == 0) {
      return settings.stream().statusInterval();
    }
    long spent = System.nanoTime() - batchStart;
    return Duration.ofNanos(Math.max(0, settings.batch().time().toNanos() - spent));
  }

  private void commit() {
    sink.commit(reached);
    stream.confirm(reached.endLsn());
    durable = reached;
    committed = true;
    savedAt = System.nanoTime();
    listener.committed(
        new CommittedBatch(
            transactions,
            changes,
            bytes,
            durable,
            transactions > 0 ? lastCommitTime : Optional.empty()));
    transactions = 0;
    changes = 0;
    bytes = 0;
  }

  private static long byteSize(Change change) {
    return switch (change) {
      case Change.Insert insert -> insert.after().byteSize();
      case Change.Update update -> byteSize(update.before()) + update.after().byteSize();
      case Change.Delete delete -> byteSize(delete.before());
      case Change.Truncate truncate -> 0;
      case Change.Message message -> 0;
    };
  }

  private static long byteSize(OldRow old) {
    return switch (old) {
      case OldRow.Full full -> full.row().byteSize();
      case OldRow.Key key -> key.row().byteSize();
      case OldRow.Absent absent -> 0;
    };
  }
}
