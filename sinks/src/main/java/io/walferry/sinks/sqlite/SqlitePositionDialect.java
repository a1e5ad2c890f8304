package io.walferry.sinks.sqlite;

import io.walferry.sinks.position.PositionDialect;
import io.walferry.sinks.sql.SqlSession;

/**
 * Tables {@code walferry_position} and {@code walferry_ledger}. Every transaction has the write
 * lock of the whole file from its beginning, so nothing else is to be locked.
 */
enum SqlitePositionDialect implements PositionDialect {
  INSTANCE;

  static final String POSITION = "walferry_position";
  static final String LEDGER = "walferry_ledger";
  static final String DEAD_LETTERS = "walferry_dead_letter";

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
    return "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '" + DEAD_LETTERS + "'";
  }

  @Override
  public void createDeadLetters(SqlSession session) {
    String attempt = "create table " + DEAD_LETTERS;
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + DEAD_LETTERS
            + " (id INTEGER PRIMARY KEY AUTOINCREMENT, pipeline TEXT NOT NULL,"
            + " table_schema TEXT NOT NULL, table_name TEXT NOT NULL, row_key TEXT,"
            + " operation TEXT NOT NULL, commit_lsn TEXT NOT NULL, xid INTEGER NOT NULL,"
            + " change_index INTEGER NOT NULL, commit_time TEXT, before_row TEXT, after_row TEXT,"
            + " error TEXT NOT NULL, reason TEXT NOT NULL, buried_at TEXT NOT NULL)");
    session.execute(
        attempt,
        "CREATE INDEX IF NOT EXISTS walferry_dead_letter_key ON "
            + DEAD_LETTERS
            + " (pipeline, table_schema, table_name, row_key)");
  }

  @Override
  public String columnsQuery() {
    return "SELECT name FROM pragma_table_xinfo('" + POSITION + "')";
  }

  @Override
  public String select(String columns, Lock lock) {
    return "SELECT " + columns + " FROM " + POSITION + " WHERE pipeline = ?";
  }

  @Override
  public void queue(SqlSession session, String pipeline, Lock lock) {}

  @Override
  public String lsnParameter() {
    return "?";
  }

  @Override
  public String now() {
    return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
  }

  @Override
  public String timeText(String column) {
    return column;
  }

  @Override
  public void create(SqlSession session) {
    String attempt = "create table " + POSITION;
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + POSITION
            + " (pipeline TEXT PRIMARY KEY NOT NULL, format_version INTEGER NOT NULL,"
            + " epoch INTEGER NOT NULL, system_id TEXT NOT NULL, timeline INTEGER NOT NULL,"
            + " slot TEXT NOT NULL, state TEXT NOT NULL, end_lsn TEXT NOT NULL,"
            + " xid INTEGER NOT NULL, updated_at TEXT NOT NULL)");
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + LEDGER
            + " (pipeline TEXT NOT NULL, table_schema TEXT NOT NULL, table_name TEXT NOT NULL,"
            + " kind TEXT NOT NULL, part TEXT NOT NULL, content TEXT NOT NULL,"
            + " PRIMARY KEY (pipeline, table_schema, table_name, kind, part)) WITHOUT ROWID");
  }
}
