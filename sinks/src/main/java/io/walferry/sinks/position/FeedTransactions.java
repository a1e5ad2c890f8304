package io.walferry.sinks.position;

import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Lane;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.SinkState;
import io.walferry.sinks.position.PositionDialect.Lock;
import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.Set;

/**
 * The destination transactions of one feed: each begins behind the fence and ends with the position
 * and the ledger. Not for several threads.
 */
public final class FeedTransactions {
  private final SqlSession session;
  private final PositionDialect dialect;
  private final PositionTables tables;
  private final LetterCount letters = new LetterCount();

  private FeedIdentity opened = new FeedIdentity("", 0, 0, "");
  private Claim claim = new Claim();

  /** What the position table said when it was last read or written here. */
  private PositionRow expected = PositionRow.fresh(opened);

  /** Whether lines of the ledger may have changed since {@code expected}. */
  private boolean ledgerTouched;

  public FeedTransactions(SqlSession session, PositionDialect dialect) {
    this.session = session;
    this.dialect = dialect;
    this.tables = new PositionTables(session, dialect);
  }

  /** The feed of the calls that follow, as if nothing were known of it. */
  public void start(FeedIdentity feed, Claim presented) {
    opened = feed;
    claim = presented;
    expected = PositionRow.fresh(feed);
    letters.forget();
  }

  public FeedIdentity feed() {
    return opened;
  }

  /** Whether this sink has neither found nor written anything of the feed. */
  public boolean isFresh() {
    return expected.isFresh();
  }

  /** Whether the destination knows the feed; writes nothing. */
  public boolean isKnown() {
    return tables.exist() && !tables.read(feed(), Lock.NONE).isFresh();
  }

  /**
   * What a destination says that does not know the feed.
   *
   * @throws WalferryException {@code DESTINATION_FENCED}
   */
  public SinkState fresh() {
    requireClaim(expected);
    return SinkState.Fresh.FRESH;
  }

  /**
   * Makes a feed that is known the claim's, in a transaction of its own.
   *
   * @throws WalferryException {@code DESTINATION_FENCED} or {@code SOURCE_CHANGED}
   */
  public SinkState takeOver() {
    FeedIdentity feed = feed();
    session.begin();
    tables.queue(feed, Lock.EXCLUSIVE);
    PositionRow found = tables.read(feed, Lock.EXCLUSIVE);
    requireClaim(found);
    claim.requireSource(found.feed(), feed, session.display());
    List<LedgerEntry> ledger = tables.ledger(feed);
    save(found.takenOver(claim));
    return new SinkState.Following(expected.position(), expected.feed(), ledger);
  }

  /**
   * Begins a transaction unless one is open: locks the position and sees that nobody has written it
   * since this sink did.
   */
  public void begin() {
    if (session.inTransaction()) {
      return;
    }
    session.begin();
    try {
      if (expected.isFresh()) {
        beginFirst();
      } else {
        expected.requireSame(tables.read(feed(), Lock.EXCLUSIVE), session.display());
      }
    } catch (WalferryException e) {
      // The lock must not stay with a sink that has lost the feed.
      session.close();
      throw e;
    }
  }

  private void beginFirst() {
    if (!tables.exist()) {
      tables.create();
    }
    // Behind the creation, which ends the transaction of some engines, and with it its locks.
    tables.queue(feed(), Lock.EXCLUSIVE);
    expected.requireSame(tables.read(feed(), Lock.EXCLUSIVE), session.display());
  }

  public void note(List<LedgerEntry> entries) {
    begin();
    ledgerTouched = true;
    entries.forEach(entry -> tables.put(feed(), entry));
  }

  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    begin();
    ledgerTouched = true;
    tables.remove(feed(), table, kinds);
  }

  /** Ends the open transaction, or one that is begun for it, with this position. */
  public void commit(Position position) {
    begin();
    boolean loading = ledgerTouched ? tables.hasUnsettled(feed()) : expected.loading();
    save(PositionRow.at(opened, claim, position, loading));
    ledgerTouched = false;
  }

  /**
   * A lane of this feed.
   *
   * @param laneSession not connected yet; the lane closes it
   * @param changes on their way into that session
   */
  public Lane lane(SqlSession laneSession, SessionChanges changes) {
    return new SessionLane(laneSession, this, new PositionTables(laneSession, dialect), changes);
  }

  /**
   * Ends a lane's transaction with this position, after it has seen that nobody has written another
   * one. Nothing is open here, and nothing else uses this meanwhile.
   */
  void commit(Position position, SqlSession laneSession, PositionTables laneTables) {
    expected.requireSame(laneTables.read(feed(), Lock.EXCLUSIVE), laneSession.display());
    PositionRow next = PositionRow.at(opened, claim, position, expected.loading());
    save(next, laneSession, laneTables);
  }

  /**
   * Says at the destination that chunks are on their way, before the first of them is written.
   *
   * @throws IllegalStateException if something was begun and not committed
   */
  public void startChunks() {
    if (session.inTransaction()) {
      throw new IllegalStateException("Chunks come right after a commit");
    }
    if (!expected.loading()) {
      begin();
      save(PositionRow.at(opened, claim, expected.position(), true));
    }
    ledgerTouched = true;
  }

  /** Transactions of chunks in a session, which may be another one, from now on. */
  public ChunkTransactions chunks(SqlSession chunkSession) {
    return new ChunkTransactions(chunkSession, dialect, expected, letters);
  }

  /**
   * Attempts within the transactions of this feed.
   *
   * @param create makes the table of letters without ending the open transaction
   */
  public RowAttempts attempts(SavepointAttempts.Waiting waiting, Runnable create) {
    return new SavepointAttempts(
        session,
        dialect,
        waiting,
        new DeadLetterTable(session, dialect, this::feed, letters, create));
  }

  private void save(PositionRow next) {
    save(next, session, tables);
  }

  private void save(PositionRow next, SqlSession in, PositionTables there) {
    there.save(next);
    in.commit();
    claim.hold();
    expected = next;
  }

  private void requireClaim(PositionRow found) {
    claim.require(found.epoch(), "Pipeline " + opened.pipeline() + " in " + session.display());
  }
}
