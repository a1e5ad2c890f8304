package io.walferry.sinks.postgres;

import io.walferry.sinks.position.PositionDialect;
import io.walferry.sinks.sql.SqlSession;

/** Tables {@code position} and {@code ledger} in schema {@code walferry}. */
enum PostgresPositionDialect implements PositionDialect {
  INSTANCE;

  static final String SCHEMA = "walferry";

  private static final String POSITION = "walferry.position";
  private static final String LEDGER = "walferry.ledger";
  private static final String DEAD_LETTERS = "walferry.dead_letter";

  /** {@code walferry} in ASCII: of all feeds of a database, one at a time makes the tables. */
  private static final long CREATION_LOCK = 0x77616c6665727279L;

  @Override
  public String positionTable() {
    return POSITION;
  }

  @Override
  public String ledgerTable() {
    return LEDGER;
  }

  @Override
  public String deadLetterTable() {
    return DEAD_LETTERS;
  }

  @Override
  public String deadLetterQuery() {
    return "SELECT 1 WHERE to_regclass('" + DEAD_LETTERS + "') IS NOT NULL";
  }

  @Override
  public void createDeadLetters(SqlSession session) {
    String attempt = "create table " + DEAD_LETTERS;
    session.query(attempt, "SELECT pg_advisory_xact_lock(?)", row -> 1, CREATION_LOCK);
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + DEAD_LETTERS
            + " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL,"
            + " table_schema text NOT NULL, table_name text NOT NULL, row_key text,"
            + " operation text NOT NULL, commit_lsn pg_lsn NOT NULL, xid bigint NOT NULL,"
            + " change_index bigint NOT NULL, commit_time text, before_row text, after_row text,"
            + " error text NOT NULL, reason text NOT NULL, buried_at timestamptz NOT NULL)");
    session.execute(
        attempt,
        "CREATE INDEX IF NOT EXISTS dead_letter_table ON "
            + DEAD_LETTERS
            + " (pipeline, table_schema, table_name)");
    // A key may be longer than what fits into an entry of a B-tree.
    session.execute(
        attempt,
        "CREATE INDEX IF NOT EXISTS dead_letter_key ON " + DEAD_LETTERS + " USING hash (row_key)");
  }

  @Override
  public String columnsQuery() {
    return "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('"
        + POSITION
        + "') AND attnum > 0 AND NOT attisdropped";
  }

  /**
   * {@inheritDoc}
   *
   * <p>FOR SHARE and not FOR KEY SHARE: the latter would let an UPDATE of the row pass.
   */
  @Override
  public String select(String columns, Lock lock) {
    String locking =
        switch (lock) {
          case NONE -> "";
          case SHARED -> " FOR SHARE";
          case EXCLUSIVE -> " FOR UPDATE";
        };
    return "SELECT " + columns + " FROM " + POSITION + " WHERE pipeline = ?" + locking;
  }

  /** Row locks that are shared are given past a waiting FOR UPDATE; advisory locks are not. */
  @Override
  public void queue(SqlSession session, String pipeline, Lock lock) {
    String function =
        lock == Lock.SHARED ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
    session.query(
        "wait for others at work on pipeline " + pipeline,
        "SELECT " + function + "(" + CREATION_LOCK + " # hashtext(?))",
        row -> 1,
        pipeline);
  }

  @Override
  public String lsnParameter() {
    return "?::pg_lsn";
  }

  @Override
  public String now() {
    return "clock_timestamp()";
  }

  @Override
  public String timeText(String column) {
    return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
  }

  @Override
  public void create(SqlSession session) {
    String attempt = "create table " + POSITION;
    session.query(attempt, "SELECT pg_advisory_xact_lock(?)", row -> 1, CREATION_LOCK);
    Schemas.ensure(session, SCHEMA);
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + POSITION
            + " (pipeline text PRIMARY KEY, format_version int NOT NULL, epoch bigint NOT NULL,"
            + " system_id text NOT NULL, timeline int NOT NULL, slot text NOT NULL,"
            + " state text NOT NULL, end_lsn pg_lsn NOT NULL, xid bigint NOT NULL,"
            + " updated_at timestamptz NOT NULL)");
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + LEDGER
            + " (pipeline text, table_schema text, table_name text, kind text, part text,"
            + " content text NOT NULL,"
            + " PRIMARY KEY (pipeline, table_schema, table_name, kind, part))");
  }
}
