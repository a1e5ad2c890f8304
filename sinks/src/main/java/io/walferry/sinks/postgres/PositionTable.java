package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sinks.position.PositionRecord;
import io.walferry.sinks.position.PositionRow;
import java.util.List;

/**
 * The tables that Walferry keeps for itself in schema {@code walferry}: {@code position}, one row
 * for each pipeline, and {@code loading}, the tables of a first load that is not finished.
 */
final class PositionTable {
  static final String SCHEMA = "walferry";

  private static final String NAME = "walferry.position";
  private static final String LOADING_NAME = "walferry.loading";
  private static final String READING = "read table " + NAME;
  private static final String WRITING = "write table " + NAME;

  /** {@code walferry} in ASCII: whoever begins a feed waits for others who do. */
  private static final long BEGINNERS_LOCK = 0x77616c6665727279L;

  private final DestinationDatabase database;
  private boolean known;

  PositionTable(DestinationDatabase database) {
    this.database = database;
  }

  /** What is known of the feed's pipeline; a row with epoch 0 if nothing is. */
  PositionRow read(FeedIdentity feed) {
    return read(feed, "");
  }

  /** The same, locked until the transaction ends; a row that is not there is locked as well. */
  PositionRow lock(PositionRow expected) {
    if (expected.epoch() == 0) {
      database.query(WRITING, "SELECT pg_advisory_xact_lock(?)", row -> 1, BEGINNERS_LOCK);
    }
    return read(expected.feed(), " FOR UPDATE");
  }

  private PositionRow read(FeedIdentity feed, String locking) {
    if (!exists()) {
      return PositionRow.fresh(feed);
    }
    List<PositionRow> rows =
        database.query(
            READING,
            "SELECT epoch, system_id, timeline, slot, state, end_lsn::text, xid FROM "
                + NAME
                + " WHERE pipeline = ?"
                + locking,
            row ->
                new PositionRecord(
                        feed.pipeline(),
                        row.getLong(1),
                        row.getString(2),
                        row.getInt(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getLong(7))
                    .row(NAME),
            feed.pipeline());
    return rows.isEmpty() ? PositionRow.fresh(feed) : rows.getFirst();
  }

  /** Writes the row in the open transaction; makes the tables first if nothing was there. */
  void save(PositionRow row) {
    if (!exists()) {
      create();
    }
    PositionRecord columns = PositionRecord.of(row);
    database.execute(
        WRITING,
        "INSERT INTO "
            + NAME
            + " VALUES (?,?,?,?,?,?,?,?::pg_lsn,?,clock_timestamp()) ON CONFLICT (pipeline) DO"
            + " UPDATE SET format_version = excluded.format_version, epoch = excluded.epoch,"
            + " system_id = excluded.system_id, timeline = excluded.timeline,"
            + " slot = excluded.slot, state = excluded.state, end_lsn = excluded.end_lsn,"
            + " xid = excluded.xid, updated_at = excluded.updated_at",
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

  /** The tables of the pipeline's unfinished load. */
  List<TableId> loadingTables(FeedIdentity feed) {
    if (!exists()) {
      return List.of();
    }
    return database.query(
        READING,
        "SELECT table_schema, table_name FROM " + LOADING_NAME + " WHERE pipeline = ?",
        row -> new TableId(row.getString(1), row.getString(2)),
        feed.pipeline());
  }

  void saveLoadingTables(FeedIdentity feed, List<TableId> tables) {
    database.execute(
        WRITING, "DELETE FROM " + LOADING_NAME + " WHERE pipeline = ?", feed.pipeline());
    for (TableId table : tables) {
      database.execute(
          WRITING,
          "INSERT INTO " + LOADING_NAME + " VALUES (?,?,?)",
          feed.pipeline(),
          table.schema(),
          table.name());
    }
  }

  private void create() {
    String attempt = "create table " + NAME;
    Schemas.ensure(database, SCHEMA);
    database.execute(
        attempt,
        "CREATE TABLE "
            + NAME
            + " (pipeline text PRIMARY KEY, format_version int NOT NULL, epoch bigint NOT NULL,"
            + " system_id text NOT NULL, timeline int NOT NULL, slot text NOT NULL,"
            + " state text NOT NULL, end_lsn pg_lsn NOT NULL, xid bigint NOT NULL,"
            + " updated_at timestamptz NOT NULL)");
    database.execute(
        attempt,
        "CREATE TABLE "
            + LOADING_NAME
            + " (pipeline text NOT NULL, table_schema text NOT NULL, table_name text NOT NULL,"
            + " PRIMARY KEY (pipeline, table_schema, table_name))");
    known = true;
  }

  private boolean exists() {
    if (!known) {
      String sql = "SELECT 1 WHERE to_regclass('" + NAME + "') IS NOT NULL";
      known = !database.query(READING, sql, row -> 1).isEmpty();
      if (known) {
        requireKnownFormat();
      }
    }
    return known;
  }

  private void requireKnownFormat() {
    String ours =
        "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('"
            + NAME
            + "') AND attname = 'format_version' AND NOT attisdropped";
    if (database.query(READING, ours, row -> 1).isEmpty()) {
      throw format("is there, but was not made by Walferry; rename it");
    }
    List<Integer> newer =
        database.query(
            READING,
            "SELECT format_version FROM " + NAME + " WHERE format_version <> ?",
            row -> row.getInt(1),
            PositionRecord.FORMAT_VERSION);
    if (!newer.isEmpty()) {
      throw format(
          "has format version "
              + newer.getFirst()
              + "; this version of Walferry knows "
              + PositionRecord.FORMAT_VERSION);
    }
  }

  private WalferryException format(String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_FORMAT, "Table " + NAME + " in " + database.display() + " " + why);
  }
}
