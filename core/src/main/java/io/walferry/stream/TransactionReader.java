package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.Transaction;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pgoutput.PgOutputMessage;
import io.walferry.spool.Spool;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts messages together as committed transactions, in the order of their commits. What comes of a
 * transaction earlier is stored until its commit, or forgotten with it. Belongs to the pipeline's
 * thread.
 */
final class TransactionReader implements AutoCloseable {
  private static final int ASKED_MAX = 100;

  private final MessageSource messages;
  private final int protocolVersion;
  private final Lsn from;
  private final String where;
  private final BlockSource blocks;
  private final Spool spool;
  private final SubTransactions subTransactions;
  private final RelationCache relations = new RelationCache();
  private final Map<Xid, PendingTransaction> inProgress = new HashMap<>();
  private final PreparedTransactions prepared = new PreparedTransactions();
  private Optional<Transaction> open = Optional.empty();

  /** All that were received, also within what was never committed. */
  private long announcementsReceived;

  /** Those that have taken effect. */
  private long announcements;

  /** How often without a pause the server has asked for what cannot be confirmed. */
  private int asked;

  private volatile Lsn passed = Lsn.ZERO;

  /**
   * For a new connection.
   *
   * @param from where the durable transactions end; they are left out if they come again
   */
  TransactionReader(
      BlockSource blocks,
      int protocolVersion,
      Lsn from,
      Spool spool,
      SubTransactions subTransactions) {
    this.blocks = blocks;
    this.subTransactions = subTransactions;
    this.messages = new MessageSource(blocks, protocolVersion, relations::find);
    this.protocolVersion = protocolVersion;
    this.from = from;
    this.spool = spool;
    this.where = blocks.where();
  }

  long announcements() {
    return announcements;
  }

  RelationCache relations() {
    return relations;
  }

  /**
   * How much of what is durable may be confirmed. What was prepared before is known only once the
   * stream has passed it. May come from any thread.
   */
  Lsn confirmable(Lsn durable) {
    return prepared.confirmable(Lsn.min(durable, passed));
  }

  StreamEvent next(Duration atMost) {
    if (open.isPresent()) {
      throw new IllegalStateException("The last transaction was not read to its end");
    }
    Stopwatch waited = Stopwatch.start(blocks.clock());
    Duration left = atMost;
    while (messages.advance(left)) {
      if (messages.isKeepAlive()) {
        StreamEvent.KeepAlive keepAlive = messages.keepAlive();
        requireEnd(keepAlive);
        passed = Lsn.max(passed, keepAlive.walEnd());
        return keepAlive;
      }
      Optional<Transaction> begun = take(messages.message());
      open = begun;
      begun.ifPresent(it -> passed = Lsn.max(passed, it.header().commitLsn()));
      if (begun.isPresent() && !isKnown(begun.get())) {
        return new StreamEvent.Begun(begun.get());
      }
      // Blocks of what is in progress can come without a pause.
      if (waited.hasReached(atMost)) {
        return StreamEvent.Quiet.QUIET;
      }
      left = waited.left(atMost);
    }
    return StreamEvent.Quiet.QUIET;
  }

  /**
   * A server that shuts down asks without a pause until all that it has sent is confirmed, which
   * what is prepared here keeps it from.
   */
  private void requireEnd(StreamEvent.KeepAlive keepAlive) {
    boolean insists =
        keepAlive.replyRequested() && keepAlive.walEnd().equals(passed) && prepared.holdsBack();
    asked = insists ? asked + 1 : 0;
    if (asked > ASKED_MAX) {
      throw new WalferryException(
          ErrorCode.SERVER_UNAVAILABLE,
          "The server waits for all of %s to be confirmed, as it does when it shuts down, but"
                  .formatted(where)
              + " a transaction is prepared");
    }
  }

  /** Reads it to its end if it has to be left out, for the relations that it announces. */
  private boolean isKnown(Transaction transaction) {
    boolean known = transaction.header().commitLsn().isBefore(from);
    if (known) {
      boolean more = transaction.advance();
      while (more) {
        more = transaction.advance();
      }
    }
    return known;
  }

  /** The transaction that can be read now, if the message makes one. */
  private Optional<Transaction> take(PgOutputMessage message) {
    return switch (message) {
      case PgOutputMessage.Begin begin ->
          Optional.of(
              new DecodedTransaction(
                  new TransactionHeader(begin.xid(), begin.commitLsn(), begin.commitTime()),
                  messages,
                  new ReceivedTransaction(messages, this)));
      case PgOutputMessage.StreamCommit commit -> committed(commit);
      case PgOutputMessage.CommitPrepared commit -> committed(commit);
      case PgOutputMessage.StreamStart start -> {
        store(start);
        yield Optional.empty();
      }
      case PgOutputMessage.StreamAbort abort -> {
        abort(abort);
        yield Optional.empty();
      }
      case PgOutputMessage.BeginPrepare begin -> {
        prepare(begin);
        yield Optional.empty();
      }
      case PgOutputMessage.StreamPrepare prepare -> {
        prepared.add(prepare.gid(), prepare.prepareLsn(), taken(prepare.xid(), prepare));
        passed = Lsn.max(passed, prepare.endLsn());
        yield Optional.empty();
      }
      case PgOutputMessage.RollbackPrepared rollback -> {
        prepared.rollBack(rollback.gid()).ifPresent(PendingTransaction::discard);
        passed = Lsn.max(passed, rollback.rollbackEndLsn());
        yield Optional.empty();
      }
      case PgOutputMessage.LogicalMessage logical when !logical.transactional() ->
          Optional.of(
              new DecodedTransaction(
                  new TransactionHeader(Xid.NONE, LoneMessage.place(logical), messages.sentAt()),
                  messages,
                  new LoneMessage(logical, this)));
      default -> throw messages.unexpected("the begin or the end of a transaction", message);
    };
  }

  private void store(PgOutputMessage.StreamStart start) {
    if (start.firstSegment()) {
      // What a crash of the server has ended was never said to be rolled back.
      Optional.ofNullable(inProgress.remove(start.xid())).ifPresent(PendingTransaction::discard);
    }
    messages.store(start, inProgress.computeIfAbsent(start.xid(), xid -> begunInProgress()));
    messages.message();
  }

  /** Whatever others have been told, it is told all relations anew. */
  private PendingTransaction begunInProgress() {
    return new PendingTransaction(
        spool.begin(), new RelationCache(), relation -> announcementNumber());
  }

  private long announcementNumber() {
    announcementsReceived++;
    return announcementsReceived;
  }

  /** What was rolled back to a savepoint is asked for when the rest has committed. */
  private void abort(PgOutputMessage.StreamAbort abort) {
    if (abort.subXid().equals(abort.xid())) {
      Optional.ofNullable(inProgress.remove(abort.xid())).ifPresent(PendingTransaction::discard);
    }
  }

  private void prepare(PgOutputMessage.BeginPrepare begin) {
    // It comes as if it were committed: what was announced holds for it, and what it announces
    // holds for others.
    PendingTransaction pending =
        new PendingTransaction(
            spool.begin(),
            relations.copy(),
            relation -> {
              announced(relation);
              return announcementsReceived;
            });
    messages.storePrepared(pending);
    if (!(messages.message() instanceof PgOutputMessage.Prepare prepare)
        || !prepare.gid().equals(begin.gid())) {
      throw messages.unexpected("the Prepare of the same transaction", messages.message());
    }
    prepared.add(prepare.gid(), prepare.prepareLsn(), pending);
    passed = Lsn.max(passed, prepare.endLsn());
  }

  private PendingTransaction taken(Xid xid, PgOutputMessage message) {
    return Optional.ofNullable(inProgress.remove(xid))
        .orElseThrow(() -> messages.unexpected("the end of a known transaction", message));
  }

  private Optional<Transaction> committed(PgOutputMessage.StreamCommit commit) {
    return stored(
        new TransactionHeader(commit.xid(), commit.commitLsn(), commit.commitTime()),
        commit.endLsn(),
        taken(commit.xid(), commit));
  }

  /** Empty also if its {@code PREPARE} was before what comes again, since it is durable then. */
  private Optional<Transaction> committed(PgOutputMessage.CommitPrepared commit) {
    Optional<PendingTransaction> pending = prepared.commit(commit.gid(), commit.endLsn());
    if (pending.isEmpty() && !commit.commitLsn().isBefore(from)) {
      throw new WalferryException(
          ErrorCode.SLOT_AHEAD,
          "Transaction %s, which committed at %s, was prepared before %s was confirmed by somebody"
                  .formatted(commit.xid(), commit.commitLsn(), where)
              + " else: its changes do not come again");
    }
    passed = pending.isEmpty() ? Lsn.max(passed, commit.endLsn()) : passed;
    return pending.flatMap(
        known ->
            stored(
                new TransactionHeader(commit.xid(), commit.commitLsn(), commit.commitTime()),
                commit.endLsn(),
                known));
  }

  /** Empty if it is durable. */
  private Optional<Transaction> stored(
      TransactionHeader header, Lsn endLsn, PendingTransaction pending) {
    if (header.commitLsn().isBefore(from)) {
      relations.announceAll(pending.relations());
      pending.discard();
      passed = Lsn.max(passed, endLsn);
      return Optional.empty();
    }
    if (!pending.settle(subTransactions)) {
      throw new WalferryException(
          ErrorCode.STREAMING_UNSUITABLE,
          "What was streamed of transaction %s of %s, which committed at %s, does not tell what of"
                  .formatted(header.xid(), where, header.commitLsn())
              + " it was rolled back to savepoints");
    }
    MessageSource itsMessages =
        new MessageSource(
            blocks.alongside(() -> pending.blocks().next()), protocolVersion, pending::find);
    return Optional.of(
        new DecodedTransaction(
            header, itsMessages, new StoredTransaction(endLsn, pending, itsMessages, this)));
  }

  /** A relation as of the changes that follow in the order of commits. */
  void announced(Relation relation) {
    relations.announce(relation, announcementNumber());
    countAnnouncement();
  }

  /** An announcement has taken effect. */
  void countAnnouncement() {
    announcements++;
  }

  /** The transaction that was begun last was read to its end. */
  void ended(Lsn endLsn) {
    open = Optional.empty();
    passed = Lsn.max(passed, endLsn);
  }

  /** Gives up what has not committed. */
  @Override
  public void close() {
    spool.close();
  }
}
