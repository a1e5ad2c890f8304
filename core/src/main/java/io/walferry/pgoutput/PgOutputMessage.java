package io.walferry.pgoutput;

import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.change.Xid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything that {@code pgoutput} can say in protocol versions 1 to 4, under PostgreSQL's names.
 *
 * <p>{@code streamXid} is present between {@link StreamStart} and {@link StreamStop} only: the
 * (sub-)transaction that the message belongs to. Outside it is the transaction begun last.
 *
 * <p>Times are the source's, to the microsecond. Relation oids are unsigned.
 */
public sealed interface PgOutputMessage {
  /** What stands for one relation's row in a transaction. */
  sealed interface RowMessage extends PgOutputMessage {
    Optional<Xid> streamXid();

    int relationOid();
  }

  /** Starts a committed transaction. {@code commitLsn} is where its commit record starts. */
  record Begin(Lsn commitLsn, Instant commitTime, Xid xid) implements PgOutputMessage {}

  /** Ends a committed transaction. {@code endLsn} is what is confirmed once it is durable. */
  record Commit(Lsn commitLsn, Lsn endLsn, Instant commitTime) implements PgOutputMessage {}

  /** Names the server that the transaction was first committed at; follows the begin. */
  record Origin(Lsn originLsn, String name) implements PgOutputMessage {}

  /** Announces a table as of this point, before its rows and after each change of its shape. */
  record Relation(Optional<Xid> streamXid, io.walferry.change.Relation relation)
      implements PgOutputMessage {}

  /** Names a type that is not built in, before a relation with such a column. */
  record Type(Optional<Xid> streamXid, int oid, String schema, String name)
      implements PgOutputMessage {}

  /** A new row. */
  record Insert(Optional<Xid> streamXid, int relationOid, Row after) implements RowMessage {}

  /** A changed row. */
  record Update(Optional<Xid> streamXid, int relationOid, OldRow before, Row after)
      implements RowMessage {}

  /** A row that is gone; {@code before} is never {@link OldRow.Absent}. */
  record Delete(Optional<Xid> streamXid, int relationOid, OldRow before) implements RowMessage {}

  /** Tables that were emptied together; at least one. */
  record Truncate(
      Optional<Xid> streamXid, List<Integer> relationOids, boolean cascade, boolean restartIdentity)
      implements PgOutputMessage {
    public Truncate {
      relationOids = List.copyOf(relationOids);
    }
  }

  /**
   * What {@code pg_logical_emit_message} wrote. If it is not transactional it stands outside any
   * transaction, may come between two of them or before an older one, and counts even if the
   * transaction that wrote it aborts.
   */
  record LogicalMessage(
      Optional<Xid> streamXid, boolean transactional, Lsn lsn, String prefix, Value.Binary content)
      implements PgOutputMessage {}

  /** Opens a block of a transaction that is still in progress (protocol 2 and up). */
  record StreamStart(Xid xid, boolean firstSegment) implements PgOutputMessage {}

  /** Closes the block that the last {@link StreamStart} opened. */
  enum StreamStop implements PgOutputMessage {
    STREAM_STOP
  }

  /** A streamed transaction has committed: everything streamed for it counts. */
  record StreamCommit(Xid xid, Lsn commitLsn, Lsn endLsn, Instant commitTime)
      implements PgOutputMessage {}

  /**
   * A streamed transaction has aborted, or one of its sub-transactions: only what was streamed for
   * {@code subXid} is void. Both are the same if the whole transaction has aborted.
   */
  record StreamAbort(Xid xid, Xid subXid, Optional<AbortPoint> abort) implements PgOutputMessage {}

  /** Where and when an abort happened; sent with {@code streaming = parallel} (protocol 4) only. */
  record AbortPoint(Lsn lsn, Instant time) {}

  /** Starts a prepared transaction (protocol 3 and up). */
  record BeginPrepare(Lsn prepareLsn, Lsn endLsn, Instant prepareTime, Xid xid, String gid)
      implements PgOutputMessage {}

  /** Ends a prepared transaction, which is neither committed nor aborted yet. */
  record Prepare(Lsn prepareLsn, Lsn endLsn, Instant prepareTime, Xid xid, String gid)
      implements PgOutputMessage {}

  /** A prepared transaction has committed. */
  record CommitPrepared(Lsn commitLsn, Lsn endLsn, Instant commitTime, Xid xid, String gid)
      implements PgOutputMessage {}

  /** A prepared transaction has been rolled back. */
  record RollbackPrepared(
      Lsn prepareEndLsn,
      Lsn rollbackEndLsn,
      Instant prepareTime,
      Instant rollbackTime,
      Xid xid,
      String gid)
      implements PgOutputMessage {}

  /** A streamed transaction has been prepared; otherwise as {@link Prepare}. */
  record StreamPrepare(Lsn prepareLsn, Lsn endLsn, Instant prepareTime, Xid xid, String gid)
      implements PgOutputMessage {}
}
