package io.walferry.sinks.sqlite;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sinks.position.PositionRecord;
import io.walferry.sinks.position.PositionRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The tables that Walferry keeps for itself in a database: {@code walferry_position}, one row for
 * each pipeline, and {@code walferry_loading}, the tables of a first load that is not finished.
 */
final class PositionTable {
  static final String NAME = "walferry_position";
  static final String LOADING_NAME = "walferry_loading";

  private final SqliteDatabase database;

  PositionTable(SqliteDatabase database) {
    this.database = database;
  }

  /** What is known of the feed's pipeline; a row with epoch 0 if nothing is. */
  PositionRow read(FeedIdentity feed) {
    if (!exists()) {
      return PositionRow.fresh(feed);
    }
    requireKnownFormat();
    String sql =
        "SELECT epoch, system_id, timeline, slot, state, end_lsn, xid FROM "
            + NAME
            + " WHERE pipeline=?";
    List<PositionRow> rows =
        database.query(sql, row -> decode(feed.pipeline(), row), feed.pipeline());
    return rows.isEmpty() ? PositionRow.fresh(feed) : rows.getFirst();
  }

  /** Writes the row in the open transaction; makes the tables first if nothing was there. */
  void save(PositionRow row) {
    create();
    PositionRecord columns = PositionRecord.of(row);
    database.execute(
        "INSERT OR REPLACE INTO "
            + NAME
            + " VALUES (?,?,?,?,?,?,?,?,?,strftime('%Y-%m-%dT%H:%M:%fZ','now'))",
        columns.pipeline(),
        PositionRecord.FORMAT_VERSION,
        columns.epoch(),
        columns.systemId(),
        columns.timeline(),
        columns.slot(),
        columns.state(),
        columns.endLsn(),
        columns.xid());
  }

  /** The destination names of the tables of the pipeline's unfinished load. */
  List<String> loadingTables(FeedIdentity feed) {
    if (!exists()) {
      return List.of();
    }
    return database.query(
        "SELECT table_name FROM " + LOADING_NAME + " WHERE pipeline=?",
        row -> row.getString(1),
        feed.pipeline());
  }

  void saveLoadingTables(FeedIdentity feed, List<String> names) {
    database.execute("DELETE FROM " + LOADING_NAME + " WHERE pipeline=?", feed.pipeline());
    for (String name : names) {
      database.execute("INSERT INTO " + LOADING_NAME + " VALUES (?,?)", feed.pipeline(), name);
    }
  }

  private void create() {
    database.execute(
        "CREATE TABLE IF NOT EXISTS "
            + NAME
            + " (pipeline TEXT PRIMARY KEY NOT NULL, format_version INTEGER NOT NULL,"
            + " epoch INTEGER NOT NULL, system_id TEXT NOT NULL, timeline INTEGER NOT NULL,"
            + " slot TEXT NOT NULL, state TEXT NOT NULL, end_lsn TEXT NOT NULL,"
            + " xid INTEGER NOT NULL, updated_at TEXT NOT NULL)");
    database.execute(
        "CREATE TABLE IF NOT EXISTS "
            + LOADING_NAME
            + " (pipeline TEXT NOT NULL, table_name TEXT NOT NULL,"
            + " PRIMARY KEY (pipeline, table_name))");
  }

  private boolean exists() {
    return !database
        .query("SELECT 1 FROM sqlite_schema WHERE name=? COLLATE NOCASE", row -> 1, NAME)
        .isEmpty();
  }

  private void requireKnownFormat() {
    boolean ours =
        database
            .query("SELECT name FROM pragma_table_xinfo(?)", row -> row.getString(1), NAME)
            .contains("format_version");
    if (!ours) {
      throw format("is there, but was not made by Walferry; rename it");
    }
    List<Long> newer =
        database.query(
            "SELECT format_version FROM " + NAME + " WHERE format_version IS NOT ?",
            row -> row.getLong(1),
            PositionRecord.FORMAT_VERSION);
    if (!newer.isEmpty()) {
      throw format(
          "has format version "
              + newer.getFirst()
              + "; this version of Walferry knows "
              + PositionRecord.FORMAT_VERSION);
    }
  }

  private static PositionRow decode(String pipeline, ResultSet row) throws SQLException {
    return new PositionRecord(
            pipeline,
            row.getLong(1),
            row.getString(2),
            row.getInt(3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            row.getLong(7))
        .row(NAME);
  }

  private WalferryException format(String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_FORMAT,
        "Table " + NAME + " in SQLite database " + database.file() + " " + why);
  }
}
