package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.postgres.PostgresErrors;
import io.walferry.sink.RowKeys;
import io.walferry.snapshot.LedgerText;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The wish that a feed read some rows of a table again. It travels as {@link ReloadRequest} does,
 * and names the rows by their keys: anybody who may connect to the source can write a message, so
 * nothing that the feed would run as SQL may come in one.
 *
 * @param slot of the feed that is meant
 */
public record RowReloadRequest(String slot, TableId table, RowKeys rows) {
  private static final String PREFIX = "walferry.reload.rows";

  /** A destination takes the rows of one message together, and so does a message of the log. */
  private static final int KEYS_MAX = 1000;

  private static final int FIELDS_BEFORE_COLUMNS = 4;

  /**
   * Writes it into the log, whole or not at all.
   *
   * @param connection to the source, in autocommit mode
   * @return where in the log it is; the feed has heard it when its position is behind
   */
  public Lsn send(Connection connection) {
    ReloadRequest.requireMessages(connection, table);
    try {
      connection.setAutoCommit(false);
      try {
        Lsn last = Lsn.ZERO;
        for (int from = 0; from < rows.keys().size(); from += KEYS_MAX) {
          int to = Math.min(from + KEYS_MAX, rows.keys().size());
          last = emit(connection, content(rows.keys().subList(from, to)));
        }
        connection.commit();
        return last;
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask the feed of slot " + slot + " for rows of " + table);
    }
  }

  private static Lsn emit(Connection connection, String content) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_catalog.pg_logical_emit_message(true, ?, ?)")) {
      statement.setString(1, PREFIX);
      statement.setString(2, content);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Lsn.parse(row.getString(1));
      }
    }
  }

  private String content(List<List<String>> keys) {
    List<String> fields = new ArrayList<>();
    fields.add(slot);
    fields.add(table.schema());
    fields.add(table.name());
    fields.add(Integer.toString(rows.columns().size()));
    fields.addAll(rows.columns());
    keys.forEach(fields::addAll);
    return LedgerText.of(fields);
  }

  /** Whether a message of the stream is a request, for whichever feed and table. */
  static boolean isOne(Change.Message message) {
    return message.transactional() && message.prefix().equals(PREFIX);
  }

  /** What a message says; empty if it is no request, or one that nobody could have sent. */
  static Optional<RowReloadRequest> of(Change.Message message) {
    List<String> fields =
        LedgerText.fields(new String(message.content().bytes(), StandardCharsets.UTF_8));
    if (!isOne(message) || fields.size() < FIELDS_BEFORE_COLUMNS) {
      return Optional.empty();
    }
    int width = width(fields.get(FIELDS_BEFORE_COLUMNS - 1));
    int keysFrom = FIELDS_BEFORE_COLUMNS + width;
    if (width == 0
        || fields.size() <= keysFrom
        || fields.size() > keysFrom + (long) width * KEYS_MAX
        || (fields.size() - keysFrom) % width != 0
        || fields.stream().anyMatch(field -> field.indexOf('\0') >= 0)) {
      return Optional.empty();
    }
    List<List<String>> keys = new ArrayList<>();
    for (int at = keysFrom; at < fields.size(); at += width) {
      keys.add(fields.subList(at, at + width));
    }
    return Optional.of(
        new RowReloadRequest(
            fields.get(0),
            new TableId(fields.get(1), fields.get(2)),
            new RowKeys(fields.subList(FIELDS_BEFORE_COLUMNS, keysFrom), keys)));
  }

  private static int width(String text) {
    return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
  }
}
