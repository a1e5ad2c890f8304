package io.walferry.sinks.position;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.KeptLetter;
import io.walferry.sinks.sql.SqlSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads letters page by page, each search in a session of its own. Writes nothing. */
public final class LetterSearch implements DeadLetterSearch {
  private static final int PAGE_ROWS = 200;

  private final String display;
  private final Supplier<SqlSession> sessions;
  private final PositionDialect dialect;

  /**
   * Of a destination.
   *
   * @param sessions of those that may read it; not connected yet
   */
  public LetterSearch(String display, Supplier<SqlSession> sessions, PositionDialect dialect) {
    this.display = display;
    this.sessions = sessions;
    this.dialect = dialect;
  }

  @Override
  public String display() {
    return display;
  }

  @Override
  public void find(String pipeline, Consumer<KeptLetter> found) {
    String reading = "read table " + dialect.deadLetterTable();
    try (SqlSession session = sessions.get()) {
      session.connect();
      if (!session.exists(reading, dialect.deadLetterQuery())) {
        return;
      }
      String page =
          "SELECT id, table_schema, table_name, row_key, operation, commit_lsn, xid, change_index,"
              + " commit_time, before_row, after_row, error, reason, "
              + dialect.timeText("buried_at")
              + " AS buried"
              + " FROM "
              + dialect.deadLetterTable()
              + " WHERE pipeline = ? AND id > ? ORDER BY id "
              + dialect.firstRows(PAGE_ROWS);
      List<KeptLetter> letters = session.query(reading, page, this::letter, pipeline, 0L);
      while (!letters.isEmpty()) {
        letters.forEach(found);
        long last = letters.getLast().id();
        letters = session.query(reading, page, this::letter, pipeline, last);
      }
    }
  }

  private KeptLetter letter(ResultSet row) throws SQLException {
    long id = row.getLong("id");
    try {
      return letter(id, row);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FORMAT,
          "Letter %d in table %s at %s has an LSN or a time of another form than ours"
              .formatted(id, dialect.deadLetterTable(), display),
          e);
    }
  }

  private static KeptLetter letter(long id, ResultSet row) throws SQLException {
    TransactionHeader transaction =
        new TransactionHeader(
            new Xid((int) row.getLong("xid")),
            Lsn.parse(row.getString("commit_lsn")),
            text(row, "commit_time").map(Instant::parse).orElse(Instant.EPOCH));
    DeadLetter letter =
        new DeadLetter(
            transaction,
            row.getLong("change_index"),
            new TableId(row.getString("table_schema"), row.getString("table_name")),
            row.getString("operation"),
            text(row, "row_key"),
            text(row, "before_row"),
            text(row, "after_row"),
            row.getString("error"),
            row.getString("reason"));
    return new KeptLetter(id, letter, Instant.parse(row.getString("buried")));
  }

  private static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }
}
