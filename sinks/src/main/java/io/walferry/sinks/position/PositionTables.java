package io.walferry.sinks.position;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sinks.position.PositionDialect.Lock;
import io.walferry.sinks.sql.SqlSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads and writes what a SQL destination remembers of its feeds, in the open transaction. */
final class PositionTables {
  /** Raised when the columns or their meaning change; a database with a higher one is refused. */
  private static final int FORMAT_VERSION = 1;

  private static final String LOADING = "loading";
  private static final String FOLLOWING = "following";

  private final SqlSession session;
  private final PositionDialect dialect;
  private final String reading;
  private final String writing;

  PositionTables(SqlSession session, PositionDialect dialect) {
    this.session = session;
    this.dialect = dialect;
    this.reading = "read table " + dialect.positionTable();
    this.writing = "write table " + dialect.positionTable();
  }

  /** Whether both tables are there, in a format that we know. */
  boolean exist() {
    List<String> columns = session.query(reading, dialect.columnsQuery(), row -> row.getString(1));
    if (columns.isEmpty()) {
      return false;
    }
    if (!columns.contains("format_version")) {
      throw format("is there, but was not made by Walferry; rename it");
    }
    List<Integer> newer =
        session.query(
            reading,
            "SELECT format_version FROM " + dialect.positionTable() + " WHERE format_version <> ?",
            row -> row.getInt(1),
            FORMAT_VERSION);
    if (!newer.isEmpty()) {
      throw format(
          "has format version "
              + newer.getFirst()
              + "; this version of Walferry knows "
              + FORMAT_VERSION);
    }
    return dialect.ledgerQuery().map(query -> session.exists(reading, query)).orElse(true);
  }

  void create() {
    dialect.create(session);
  }

  void queue(FeedIdentity feed, Lock lock) {
    dialect.queue(session, feed.pipeline(), lock);
  }

  /** What is known of the feed's pipeline; the tables must be there. */
  PositionRow read(FeedIdentity feed, Lock lock) {
    List<PositionRow> rows =
        session.query(
            reading,
            dialect.select("epoch, system_id, timeline, slot, state, end_lsn, xid", lock),
            row -> decode(feed.pipeline(), row),
            feed.pipeline());
    return rows.isEmpty() ? PositionRow.fresh(feed) : rows.getFirst();
  }

  void save(PositionRow row) {
    FeedIdentity feed = row.feed();
    Object[] values = {
      FORMAT_VERSION,
      row.epoch(),
      Long.toUnsignedString(feed.systemId()),
      feed.timeline(),
      feed.slot(),
      row.loading() ? LOADING : FOLLOWING,
      row.position().endLsn().toString(),
      Integer.toUnsignedLong(row.position().xid().value()),
      feed.pipeline()
    };
    String update =
        "UPDATE "
            + dialect.positionTable()
            + " SET format_version = ?, epoch = ?, system_id = ?, timeline = ?, slot = ?,"
            + " state = ?, end_lsn = "
            + dialect.lsnParameter()
            + ", xid = ?, updated_at = "
            + dialect.now()
            + " WHERE pipeline = ?";
    if (session.execute(writing, update, values) == 0) {
      session.execute(
          writing,
          "INSERT INTO "
              + dialect.positionTable()
              + " (format_version, epoch, system_id, timeline, slot, state, end_lsn, xid,"
              + " updated_at, pipeline) VALUES (?, ?, ?, ?, ?, ?, "
              + dialect.lsnParameter()
              + ", ?, "
              + dialect.now()
              + ", ?)",
          values);
    }
  }

  List<LedgerEntry> ledger(FeedIdentity feed) {
    return session.query(
        reading,
        "SELECT table_schema, table_name, kind, part, content FROM "
            + dialect.ledgerTable()
            + " WHERE pipeline = ?",
        this::decodeLine,
        feed.pipeline());
  }

  /** Whether a line says that the destination is not consistent. */
  boolean hasUnsettled(FeedIdentity feed) {
    return session
        .query(
            reading,
            "SELECT DISTINCT kind FROM " + dialect.ledgerTable() + " WHERE pipeline = ?",
            row -> kind(row.getString(1)),
            feed.pipeline())
        .stream()
        .anyMatch(LedgerEntry.Kind::isUnsettled);
  }

  /** Adds a line, or replaces the one of the same table, kind and part. */
  void put(FeedIdentity feed, LedgerEntry line) {
    Object[] values = {
      line.content(),
      feed.pipeline(),
      line.table().schema(),
      line.table().name(),
      text(line.kind()),
      line.part()
    };
    String update =
        "UPDATE "
            + dialect.ledgerTable()
            + " SET content = ? WHERE pipeline = ? AND table_schema = ? AND table_name = ?"
            + " AND kind = ? AND part = ?";
    if (session.execute(writing, update, values) == 0) {
      session.execute(
          writing,
          "INSERT INTO "
              + dialect.ledgerTable()
              + " (content, pipeline, table_schema, table_name, kind, part)"
              + " VALUES (?, ?, ?, ?, ?, ?)",
          values);
    }
  }

  void remove(FeedIdentity feed, TableId table, Set<LedgerEntry.Kind> kinds) {
    for (LedgerEntry.Kind kind : kinds) {
      session.execute(
          writing,
          "DELETE FROM "
              + dialect.ledgerTable()
              + " WHERE pipeline = ? AND table_schema = ? AND table_name = ? AND kind = ?",
          feed.pipeline(),
          table.schema(),
          table.name(),
          text(kind));
    }
  }

  private PositionRow decode(String pipeline, ResultSet row) throws SQLException {
    try {
      FeedIdentity feed =
          new FeedIdentity(
              pipeline, Long.parseUnsignedLong(row.getString(2)), row.getInt(3), row.getString(4));
      boolean loading =
          switch (row.getString(5)) {
            case LOADING -> true;
            case FOLLOWING -> false;
            default -> throw new IllegalArgumentException("the state is unknown");
          };
      Position position = new Position(Lsn.parse(row.getString(6)), new Xid((int) row.getLong(7)));
      return new PositionRow(feed, row.getLong(1), position, loading);
    } catch (IllegalArgumentException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FORMAT,
          "The row of pipeline "
              + pipeline
              + " in table "
              + dialect.positionTable()
              + " is damaged",
          e);
    }
  }

  private LedgerEntry decodeLine(ResultSet row) throws SQLException {
    TableId table = new TableId(row.getString(1), row.getString(2));
    return new LedgerEntry(table, kind(row.getString(3)), row.getString(4), row.getString(5));
  }

  private LedgerEntry.Kind kind(String text) {
    try {
      return LedgerEntry.Kind.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FORMAT,
          "Table "
              + dialect.ledgerTable()
              + " in "
              + session.display()
              + " has lines of kind "
              + text
              + ", which this version of Walferry does not know",
          e);
    }
  }

  private static String text(LedgerEntry.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private WalferryException format(String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_FORMAT,
        "Table " + dialect.positionTable() + " in " + session.display() + " " + why);
  }
}
