package io.walferry.stream;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** What can go wrong on a replication connection, in the words of {@link WalferryException}. */
final class StreamFailures {
  private StreamFailures() {}

  static WalferryException lost(String where, Exception cause) {
    return new WalferryException(
        ErrorCode.CONNECTION_LOST,
        "lost the replication connection of " + where + ": " + cause.getMessage(),
        cause);
  }

  static WalferryException ended(String where) {
    return new WalferryException(
        ErrorCode.SERVER_UNAVAILABLE, "the server ended the stream of " + where);
  }

  static WalferryException violation(String where, String got) {
    return new WalferryException(
        ErrorCode.PROTOCOL_VIOLATION,
        "expected a message of the replication protocol on " + where + ", got " + got);
  }

  /** Reads an ErrorResponse: fields of one type byte and a zero-terminated text each. */
  static WalferryException error(String where, byte[] buffer, int start, int length) {
    String state = "";
    String message = "";
    int at = start;
    int end = start + length;
    while (at < end && buffer[at] != 0) {
      byte type = buffer[at++];
      int textStart = at;
      while (at < end && buffer[at] != 0) {
        at++;
      }
      String text = new String(buffer, textStart, at - textStart, StandardCharsets.UTF_8);
      at++;
      if (type == 'C') {
        state = text;
      } else if (type == 'M') {
        message = text;
      }
    }
    SQLException cause = new SQLException(message, state);
    WalferryException said = PostgresErrors.translate(cause, "follow " + where);
    // The server looks for the publication as of the change: one that was made later does not help.
    return said.code() == ErrorCode.PUBLICATION_MISSING
        ? new WalferryException(
            ErrorCode.PUBLICATION_LOST, String.valueOf(said.getMessage()), cause)
        : said;
  }
}
