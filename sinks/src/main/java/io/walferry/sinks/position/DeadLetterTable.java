package io.walferry.sinks.position;

import io.walferry.change.TableId;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.FeedIdentity;
import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.function.Supplier;

/** The letters of a feed, in the open transaction; the table is made for the first of them. */
final class DeadLetterTable {
  private final SqlSession session;
  private final PositionDialect dialect;
  private final Supplier<FeedIdentity> feed;
  private final LetterCount count;
  private final Runnable create;
  private final String writing;
  private boolean known;

  /**
   * Letters of a feed.
   *
   * @param count of the same feed, for all sessions
   * @param create makes the table without ending the open transaction
   */
  DeadLetterTable(
      SqlSession session,
      PositionDialect dialect,
      Supplier<FeedIdentity> feed,
      LetterCount count,
      Runnable create) {
    this.session = session;
    this.dialect = dialect;
    this.feed = feed;
    this.count = count;
    this.create = create;
    this.writing = "write table " + dialect.deadLetterTable();
  }

  private boolean exists() {
    known = known || session.exists(writing, dialect.deadLetterQuery());
    return known;
  }

  /** Returns how many letters there are now, as far as they were counted. */
  long bury(DeadLetter letter) {
    if (!exists()) {
      create.run();
    }
    int unused =
        session.execute(
            writing,
            "INSERT INTO "
                + dialect.deadLetterTable()
                + " (pipeline, table_schema, table_name, row_key, operation, commit_lsn, xid,"
                + " change_index, commit_time, before_row, after_row, error, reason, buried_at)"
                + " VALUES (?, ?, ?, NULLIF(?, ''), ?, "
                + dialect.lsnParameter()
                + ", ?, ?, NULLIF(?, ''), NULLIF(?, ''), NULLIF(?, ''), ?, ?, "
                + dialect.now()
                + ")",
            feed.get().pipeline(),
            letter.table().schema(),
            letter.table().name(),
            letter.key().orElse(""),
            letter.operation(),
            letter.transaction().commitLsn().toString(),
            Integer.toUnsignedLong(letter.transaction().xid().value()),
            letter.index(),
            letter.index() == 0 ? "" : letter.transaction().commitTime().toString(),
            letter.before().orElse(""),
            letter.after().orElse(""),
            letter.error(),
            letter.reason());
    return count.add(this::counted);
  }

  /** Counts them. */
  long count() {
    long now = exists() ? counted() : 0;
    count.set(now);
    return now;
  }

  private long counted() {
    return session
        .query(
            writing,
            "SELECT count(*) FROM " + dialect.deadLetterTable() + " WHERE pipeline = ?",
            row -> row.getLong(1),
            feed.get().pipeline())
        .getFirst();
  }

  void absolve(TableId table, List<String> keys) {
    if (exists()) {
      keys.forEach(
          key ->
              remove(" AND row_key = ?", feed.get().pipeline(), table.schema(), table.name(), key));
    }
  }

  void rename(TableId table, TableId to) {
    if (exists()) {
      int unused =
          session.execute(
              writing,
              "UPDATE "
                  + dialect.deadLetterTable()
                  + " SET table_schema = ?, table_name = ?"
                  + " WHERE pipeline = ? AND table_schema = ? AND table_name = ?",
              to.schema(),
              to.name(),
              feed.get().pipeline(),
              table.schema(),
              table.name());
    }
  }

  void absolve(List<TableId> tables) {
    if (!tables.isEmpty() && exists()) {
      tables.forEach(table -> remove("", feed.get().pipeline(), table.schema(), table.name()));
    }
  }

  private void remove(String condition, Object... values) {
    count.remove(
        session.execute(
            writing,
            "DELETE FROM "
                + dialect.deadLetterTable()
                + " WHERE pipeline = ? AND table_schema = ? AND table_name = ?"
                + condition,
            values));
  }
}
