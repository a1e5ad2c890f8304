package io.walferry.sinks.position;

import io.walferry.sinks.sql.SqlSession;
import java.util.Optional;

/** How one engine keeps positions and the ledger; {@link PositionTables} does the rest. */
public interface PositionDialect {
  /** How a position is locked until the transaction ends. */
  enum Lock {
    NONE,
    /** Against whoever takes the feed over, not against other chunks. */
    SHARED,
    EXCLUSIVE
  }

  /** The table's name in SQL and in messages: one row for each pipeline. */
  String positionTable();

  /** The table's name in SQL and in messages: the ledger's lines of each pipeline. */
  String ledgerTable();

  /** The table's name in SQL and in messages: what was refused of each pipeline. */
  String deadLetterTable();

  /** A query with a row if that table is there. */
  String deadLetterQuery();

  /**
   * Makes that table, unless somebody else just did. Where that ends the session's transaction, it
   * has none.
   */
  void createDeadLetters(SqlSession session);

  /** A query for the names of the position table's columns; no rows if there is no such table. */
  String columnsQuery();

  /**
   * A query with a row if the ledger's table is there; empty where {@link #create} makes both
   * tables or none.
   */
  default Optional<String> ledgerQuery() {
    return Optional.empty();
  }

  /** A query for these columns of the pipeline that its one parameter names. */
  String select(String columns, Lock lock);

  /**
   * Waits for others that are at work on the pipeline, in the order in which they came, until the
   * transaction ends: a row lock alone would let chunks overtake whoever waits to take the feed
   * over, and a row that is not there yet has no lock.
   */
  void queue(SqlSession session, String pipeline, Lock lock);

  /** The place of a parameter that is an LSN as text. */
  String lsnParameter();

  /** The time now. */
  String now();

  /** A column that has had {@link #now}, as ISO 8601 in UTC. */
  String timeText(String column);

  /** Ends an ordered query that wants no more than so many rows. */
  default String firstRows(int count) {
    return "LIMIT " + count;
  }

  /** Sets a savepoint of that name in the open transaction. */
  default String savepoint(String name) {
    return "SAVEPOINT " + name;
  }

  /** Forgets a savepoint, and keeps what came behind it; empty where that needs no statement. */
  default Optional<String> release(String name) {
    return Optional.of("RELEASE SAVEPOINT " + name);
  }

  /** Drops what came behind a savepoint. */
  default String rollbackTo(String name) {
    return "ROLLBACK TO SAVEPOINT " + name;
  }

  /**
   * Makes both tables at the beginning of a transaction, unless somebody else just did. Where that
   * ends the transaction, another one is open then.
   */
  void create(SqlSession session);
}
