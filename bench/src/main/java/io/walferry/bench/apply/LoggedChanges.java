package io.walferry.bench.apply;

import io.walferry.bench.process.Conversation;
import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Transaction;
import io.walferry.change.Xid;
import io.walferry.pipeline.BatchLimits;
import io.walferry.spool.Compression;
import io.walferry.spool.DurableLog;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.LoggedStream;
import io.walferry.stream.StreamEvent;
import io.walferry.time.NanoClock;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Hands what a log holds to an {@link Applier}, in batches of whole transactions as a pipeline cuts
 * them.
 */
final class LoggedChanges {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final ApplyTask task;
  private final Applier applier;
  private final BatchLimits limits = BatchLimits.DEFAULT;

  /** Of those that count. */
  private long rows;

  private int pendingRows;
  private long pendingBytes;
  private Position reached = new Position(Lsn.ZERO, Xid.NONE);

  private LoggedChanges(ApplyTask task, Applier applier) {
    this.task = task;
    this.applier = applier;
  }

  /** Applies everything, and tells the benchmark when it begins and ends. */
  static void apply(ApplyTask task, Applier applier) throws SQLException {
    try (DurableLog log = DurableLog.open(task.log(), Long.MAX_VALUE, Compression.NONE);
        LoggedStream stream =
            LoggedStream.open(
                log,
                log.extent().orElseThrow().from(),
                SpoolSettings.in(task.log().resolveSibling("spool")),
                NanoClock.system())) {
      new LoggedChanges(task, applier).apply(stream);
    }
  }

  private void apply(LoggedStream stream) throws SQLException {
    boolean counts = false;
    while (stream.next(WAIT) instanceof StreamEvent.Begun begun) {
      Transaction transaction = begun.transaction();
      Lsn commitLsn = transaction.header().commitLsn();
      if (!counts && !commitLsn.isBefore(task.begin())) {
        commit();
        applier.settle();
        counts = true;
        Conversation.reportBegin();
      }
      if (!commitLsn.isBefore(task.end())) {
        commit();
        applier.settle();
        Conversation.reportEnd(rows);
        return;
      }
      take(transaction, counts);
    }
    throw new IllegalStateException("The log in " + task.log() + " ends before " + task.end());
  }

  private void take(Transaction transaction, boolean counts) throws SQLException {
    applier.begin(transaction.header());
    int taken = 0;
    while (transaction.advance()) {
      Change change = transaction.change();
      applier.take(change);
      taken++;
      pendingBytes += change.byteSize();
    }
    reached = new Position(transaction.endLsn(), transaction.header().xid());
    pendingRows += taken;
    rows += counts ? taken : 0;
    if (pendingRows >= limits.rows() || pendingBytes >= limits.bytes()) {
      commit();
    }
  }

  private void commit() throws SQLException {
    if (pendingRows > 0) {
      applier.commit(reached);
    }
    pendingRows = 0;
    pendingBytes = 0;
  }
}
