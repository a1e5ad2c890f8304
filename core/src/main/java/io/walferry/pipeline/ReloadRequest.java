package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The wish that a feed read a table again. It travels in the source's own log, as a logical
 * message, so it needs no other way to the running process and takes effect at one point of the
 * stream for every destination.
 *
 * @param slot of the feed that is meant
 */
public record ReloadRequest(String slot, TableId table) {
  private static final String PREFIX = "walferry.reload";

  /** Before that, the output plug-in has no messages. */
  private static final int MESSAGES_SINCE = 14;

  /**
   * Writes it into the log.
   *
   * @param connection to the source, in autocommit mode
   * @return where in the log it is; the feed has heard it when its position is behind
   */
  public Lsn send(Connection connection) {
    requireMessages(connection, table);
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_catalog.pg_logical_emit_message(true, ?, ?)")) {
      statement.setString(1, PREFIX);
      statement.setString(2, content());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Lsn.parse(row.getString(1));
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask the feed of slot " + slot + " for " + table);
    }
  }

  /** Sees that a request would be heard. */
  static void requireMessages(Connection connection, TableId table) {
    try {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      if (major < MESSAGES_SINCE) {
        throw new WalferryException(
            ErrorCode.CONFIGURATION_INVALID,
            "the stream of PostgreSQL "
                + major
                + " carries no messages, so a running feed cannot be asked for "
                + table
                + "; it takes version "
                + MESSAGES_SINCE);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask for the version of the source");
    }
  }

  private String content() {
    return slot + " " + table.quoted();
  }

  /** Whether a message of the stream is a request, for whichever feed and table. */
  static boolean isOne(Change.Message message) {
    return message.transactional() && message.prefix().equals(PREFIX);
  }

  /** Whether a message is this request. */
  boolean isSaidBy(Change.Message message) {
    return isOne(message)
        && new String(message.content().bytes(), StandardCharsets.UTF_8).equals(content());
  }
}
