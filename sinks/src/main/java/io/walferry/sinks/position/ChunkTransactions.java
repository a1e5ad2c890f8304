package io.walferry.sinks.position;

import io.walferry.error.WalferryException;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowAttempts;
import io.walferry.sinks.position.PositionDialect.Lock;
import io.walferry.sinks.sql.SqlSession;

/**
 * The destination transactions of chunks, one after the other: each begins behind the fence, side
 * by side with those of other sessions, and ends with its line of the ledger.
 */
public final class ChunkTransactions {
  private final SqlSession session;
  private final PositionDialect dialect;
  private final PositionTables tables;
  private final PositionRow expected;
  private final LetterCount letters;

  ChunkTransactions(
      SqlSession session, PositionDialect dialect, PositionRow expected, LetterCount letters) {
    this.session = session;
    this.dialect = dialect;
    this.tables = new PositionTables(session, dialect);
    this.expected = expected;
    this.letters = letters;
  }

  public void begin() {
    session.begin();
    try {
      tables.queue(expected.feed(), Lock.SHARED);
      expected.requireSame(tables.read(expected.feed(), Lock.SHARED), session.display());
    } catch (WalferryException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Attempts within the transactions of these chunks.
   *
   * @param create makes the table of letters without ending the open transaction
   */
  public RowAttempts attempts(SavepointAttempts.Waiting waiting, Runnable create) {
    return new SavepointAttempts(
        session,
        dialect,
        waiting,
        new DeadLetterTable(session, dialect, expected::feed, letters, create));
  }

  public void commit(LedgerEntry loaded) {
    tables.put(expected.feed(), loaded);
    session.commit();
  }
}
