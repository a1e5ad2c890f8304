package io.walferry.sinks.mysql;

import io.walferry.sinks.position.PositionDialect;
import io.walferry.sinks.sql.SqlSession;
import java.util.Optional;

/**
 * Tables {@code walferry_position} and {@code walferry_ledger}.
 *
 * <p>Locks are row locks only. GET_LOCK belongs to a session and not to a transaction, so it would
 * outlive a commit and go with a connection in the middle of one, and cannot be shared by chunks. A
 * shared row lock that is asked for waits behind an exclusive one that waits, so nothing overtakes
 * whoever takes the feed over. A row that is not there yet has no lock, so whoever begins a feed
 * puts one there in the same transaction, with an epoch that no feed has; it is seen by nobody
 * before it says what it should.
 */
enum MysqlPositionDialect implements PositionDialect {
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
    return tableQuery(DEAD_LETTERS);
  }

  private static String tableQuery(String table) {
    return "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE()"
        + " AND table_name = '"
        + table
        + "'";
  }

  /** Builds that made the table of positions first may have left it alone. */
  @Override
  public Optional<String> ledgerQuery() {
    return Optional.of(tableQuery(LEDGER));
  }

  @Override
  public void createDeadLetters(SqlSession session) {
    String text = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    session.execute(
        "create table " + DEAD_LETTERS,
        "CREATE TABLE IF NOT EXISTS "
            + DEAD_LETTERS
            + " (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, pipeline varchar(255)"
            + text
            + " NOT NULL, table_schema varchar(63)"
            + text
            + " NOT NULL, table_name varchar(63)"
            + text
            + " NOT NULL, row_key longtext"
            + text
            + ", operation varchar(16)"
            + text
            + " NOT NULL, commit_lsn varchar(17)"
            + text
            + " NOT NULL, xid bigint NOT NULL, change_index bigint NOT NULL, commit_time"
            + " varchar(40)"
            + text
            + ", before_row longtext"
            + text
            + ", after_row longtext"
            + text
            + ", error varchar(64)"
            + text
            + " NOT NULL, reason longtext"
            + text
            + " NOT NULL, buried_at datetime(6) NOT NULL,"
            + " KEY dead_letter_key (table_name, row_key(191))) ENGINE = InnoDB");
  }

  @Override
  public String columnsQuery() {
    return "SELECT column_name FROM information_schema.columns"
        + " WHERE table_schema = DATABASE() AND table_name = '"
        + POSITION
        + "'";
  }

  @Override
  public String select(String columns, Lock lock) {
    String locking =
        switch (lock) {
          case NONE -> "";
          case SHARED -> " LOCK IN SHARE MODE";
          case EXCLUSIVE -> " FOR UPDATE";
        };
    return "SELECT "
        + columns
        + " FROM "
        + POSITION
        + " WHERE pipeline = ? AND epoch <> 0"
        + locking;
  }

  @Override
  public void queue(SqlSession session, String pipeline, Lock lock) {
    if (lock != Lock.EXCLUSIVE) {
      return;
    }
    String attempt = "wait for others at work on pipeline " + pipeline;
    String sql = "SELECT 1 FROM " + POSITION + " WHERE pipeline = ? FOR UPDATE";
    if (!session.exists(attempt, sql, pipeline)) {
      session.execute(
          attempt,
          "INSERT IGNORE INTO "
              + POSITION
              + " (pipeline, format_version, epoch, system_id, timeline, slot, state, end_lsn,"
              + " xid, updated_at) VALUES (?, 1, 0, '0', 0, '', '', '0/0', 0, UTC_TIMESTAMP(6))",
          pipeline);
    }
  }

  @Override
  public String lsnParameter() {
    return "?";
  }

  @Override
  public String now() {
    return "UTC_TIMESTAMP(6)";
  }

  @Override
  public String timeText(String column) {
    return "DATE_FORMAT(" + column + ", '%Y-%m-%dT%H:%i:%s.%fZ')";
  }

  /**
   * {@inheritDoc}
   *
   * <p>Each statement ends the transaction, in which nothing was done yet. The table of positions
   * is the last: whoever is killed on the way leaves none, and the next one makes what is missing.
   */
  @Override
  public void create(SqlSession session) {
    String attempt = "create table " + POSITION;
    String text = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL";
    // Names are compared byte by byte, trailing blanks included.
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + LEDGER
            + " (pipeline varbinary(1020) NOT NULL, table_schema varbinary(252) NOT NULL,"
            + " table_name varbinary(252) NOT NULL, kind varbinary(16) NOT NULL,"
            + " part varbinary(160) NOT NULL, content longtext"
            + text
            + ", PRIMARY KEY (pipeline, table_schema, table_name, kind, part)) ENGINE = InnoDB");
    session.execute(
        attempt,
        "CREATE TABLE IF NOT EXISTS "
            + POSITION
            + " (pipeline varchar(255)"
            + text
            + ", format_version int NOT NULL, epoch bigint NOT NULL, system_id varchar(20)"
            + text
            + ", timeline int NOT NULL, slot varchar(63)"
            + text
            + ", state varchar(16)"
            + text
            + ", end_lsn varchar(17)"
            + text
            + ", xid bigint NOT NULL, updated_at datetime(6) NOT NULL, PRIMARY KEY (pipeline))"
            + " ENGINE = InnoDB");
  }
}
