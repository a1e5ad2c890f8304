package io.walferry.sinks.position;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import io.walferry.sink.Lane;
import io.walferry.sinks.sql.SqlSession;

/**
 * A lane of one session. It looks at the position not before its turn: its lock would have lanes
 * wait for each other from the beginning.
 */
final class SessionLane implements Lane {
  private final SqlSession session;
  private final FeedTransactions feed;
  private final PositionTables tables;
  private final SessionChanges changes;

  SessionLane(
      SqlSession session, FeedTransactions feed, PositionTables tables, SessionChanges changes) {
    this.session = session;
    this.feed = feed;
    this.tables = tables;
    this.changes = changes;
  }

  @Override
  public void begin(TransactionHeader transaction) {
    session.connect();
    if (!session.inTransaction()) {
      session.begin();
    }
    changes.begin(transaction);
  }

  @Override
  public void append(Change change) {
    changes.append(change);
  }

  @Override
  public void apply() {
    changes.flush();
  }

  @Override
  public void commit(Position position) {
    feed.commit(position, session, tables);
  }

  @Override
  public void drop() {
    changes.drop();
    session.rollback();
  }

  @Override
  public void abort() {
    session.abort();
  }

  @Override
  public void close() {
    session.close();
  }
}
