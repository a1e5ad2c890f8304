package io.walferry.sinks.sqlserver;

import io.walferry.sinks.position.PositionDialect;
import io.walferry.sinks.sql.SqlSession;
import java.util.Optional;

/**
 * Tables {@code position}, {@code ledger} and {@code dead_letter} in schema {@code walferry}.
 *
 * <p>Locks are those of the pipeline's row, or, as long as it has none, of its place in the primary
 * key: HOLDLOCK locks what is not there, too. Requests are served in the order in which they come,
 * so chunks do not overtake whoever takes the feed over. XLOCK and not UPDLOCK: the latter would
 * let chunks go on that share the row, and so write lines of the ledger that was just read.
 *
 * <p>Whatever READ_COMMITTED_SNAPSHOT makes of other reads, one with HOLDLOCK is of the row as it
 * is now, and locks it: it is serializable, which no version of a row can be. (READCOMMITTEDLOCK
 * would promise less, and cannot stand beside ROWLOCK.) The ledger needs no lock of its own: it is
 * read by a statement behind that lock, which each chunk holds until its lines are committed.
 *
 * <p>The ledger's rows lie by their pipeline, so that none of another one, which may be locked, is
 * passed on the way to them.
 *
 * <p>The tables are made statement by statement without a transaction, since two that make them at
 * once must not wait for what the other has not committed.
 */
enum SqlServerPositionDialect implements PositionDialect {
  INSTANCE;

  static final String SCHEMA = "walferry";
  private static final String POSITION = "walferry.position";
  private static final String LEDGER = "walferry.ledger";
  private static final String DEAD_LETTERS = "walferry.dead_letter";
  private static final String BINARY = " COLLATE Latin1_General_100_BIN2";

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
    return "SELECT 1 WHERE OBJECT_ID(N'" + DEAD_LETTERS + "') IS NOT NULL";
  }

  @Override
  public void createDeadLetters(SqlSession session) {
    createSchema(session);
    createTable(
        session,
        DEAD_LETTERS,
        "id bigint IDENTITY NOT NULL, pipeline "
            + text("255")
            + " NOT NULL, table_schema "
            + text("63")
            + " NOT NULL, table_name "
            + text("63")
            + " NOT NULL, row_key "
            + text("max")
            + " NULL, operation "
            + text("16")
            + " NOT NULL, commit_lsn "
            + text("17")
            + " NOT NULL, xid bigint NOT NULL, change_index bigint NOT NULL, commit_time "
            + text("40")
            + " NULL, before_row "
            + text("max")
            + " NULL, after_row "
            + text("max")
            + " NULL, error "
            + text("64")
            + " NOT NULL, reason "
            + text("max")
            + " NOT NULL, buried_at datetime2(6) NOT NULL, PRIMARY KEY (pipeline, id),"
            + " INDEX dead_letter_table (pipeline, table_schema, table_name)");
  }

  @Override
  public String columnsQuery() {
    return "SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(N'" + POSITION + "')";
  }

  @Override
  public String select(String columns, Lock lock) {
    String locking =
        switch (lock) {
          case NONE -> "";
          case SHARED -> " WITH (HOLDLOCK, ROWLOCK)";
          case EXCLUSIVE -> " WITH (XLOCK, HOLDLOCK, ROWLOCK)";
        };
    return "SELECT " + columns + " FROM " + POSITION + locking + " WHERE pipeline = ?";
  }

  /** The locks of {@link #select} are enough. */
  @Override
  public void queue(SqlSession session, String pipeline, Lock lock) {}

  @Override
  public String lsnParameter() {
    return "?";
  }

  @Override
  public String now() {
    return "SYSUTCDATETIME()";
  }

  @Override
  public String timeText(String column) {
    return "CONVERT(nvarchar(33), " + column + ", 126) + N'Z'";
  }

  @Override
  public String firstRows(int count) {
    return "OFFSET 0 ROWS FETCH NEXT " + count + " ROWS ONLY";
  }

  @Override
  public String savepoint(String name) {
    return "SAVE TRANSACTION " + name;
  }

  /** There is no such statement; a later one of the same name goes before it. */
  @Override
  public Optional<String> release(String name) {
    return Optional.empty();
  }

  @Override
  public String rollbackTo(String name) {
    return "ROLLBACK TRANSACTION " + name;
  }

  /** {@inheritDoc} Ends the transaction, in which nothing was done yet. */
  @Override
  public void create(SqlSession session) {
    session.rollback();
    createSchema(session);
    createTable(
        session,
        POSITION,
        "pipeline "
            + text("255")
            + " NOT NULL PRIMARY KEY, format_version int NOT NULL, epoch bigint NOT NULL,"
            + " system_id "
            + text("20")
            + " NOT NULL, timeline int NOT NULL, slot "
            + text("63")
            + " NOT NULL, state "
            + text("16")
            + " NOT NULL, end_lsn "
            + text("17")
            + " NOT NULL, xid bigint NOT NULL, updated_at datetime2(6) NOT NULL");
    createTable(
        session,
        LEDGER,
        "pipeline "
            + text("255")
            + " NOT NULL, table_schema "
            + text("63")
            + " NOT NULL, table_name "
            + text("63")
            + " NOT NULL, kind "
            + text("16")
            + " NOT NULL, part "
            + text("160")
            + " NOT NULL, content "
            + text("max")
            // Longer than a clustered one may be.
            + " NOT NULL, PRIMARY KEY NONCLUSTERED"
            + " (pipeline, table_schema, table_name, kind, part),"
            + " INDEX ledger_pipeline CLUSTERED (pipeline)");
    session.begin();
  }

  private static String text(String length) {
    return "nvarchar(" + length + ")" + BINARY;
  }

  private static void createSchema(SqlSession session) {
    create(
        session,
        "create schema " + SCHEMA,
        "SCHEMA_ID(N'" + SCHEMA + "') IS NULL",
        "EXEC(N'CREATE SCHEMA " + SCHEMA + "')");
  }

  private static void createTable(SqlSession session, String table, String columns) {
    create(
        session,
        "create table " + table,
        "OBJECT_ID(N'" + table + "') IS NULL",
        "CREATE TABLE " + table + " (" + columns + ")");
  }

  /** Whoever makes it in the same moment may be the first. */
  private static void create(SqlSession session, String attempt, String absent, String statement) {
    int unused =
        session.execute(
            attempt,
            "IF "
                + absent
                + " BEGIN BEGIN TRY "
                + statement
                + "; END TRY BEGIN CATCH IF "
                + absent
                + " BEGIN; THROW; END; END CATCH; END");
  }
}
