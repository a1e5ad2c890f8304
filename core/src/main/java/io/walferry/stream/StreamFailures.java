package io.walferry.stream;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.slot.StandbySlots;
import java.sql.SQLException;
import java.util.Optional;

/** What can go wrong on a replication connection, in the words of {@link WalferryException}. */
final class StreamFailures {
  private static final String NOT_IN_REQUIRED_STATE = "55000";
  private static final String INTERNAL_ERROR = "XX000";

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

  /**
   * As {@link PostgresErrors#translate} does. What sends the log has a catalog of the change's own
   * time, under which no table goes: an internal error is one.
   */
  static WalferryException translate(SQLException cause, String attempted) {
    WalferryException said = PostgresErrors.translate(cause, attempted);
    return INTERNAL_ERROR.equals(cause.getSQLState())
        ? new WalferryException(ErrorCode.INTERNAL, said.getMessage(), said)
        : said;
  }

  /**
   * What the server gives as its error. While it streams transactions in progress, servers up to 18
   * at least can fail with an internal error ("could not map filenode … to relation OID"), where a
   * table was truncated and that was rolled back; what has committed they decode well.
   */
  static WalferryException error(
      String where, boolean inProgress, byte[] buffer, int start, int length) {
    ServerMessage message = ServerMessage.read(buffer, start, length);
    SQLException cause = new SQLException(message.text(), message.state());
    WalferryException said = translate(cause, "follow " + where);
    if (inProgress && message.state().equals(INTERNAL_ERROR)) {
      return new WalferryException(ErrorCode.STREAMING_UNSUITABLE, said.getMessage(), cause);
    }
    if (StandbySlots.areAwaited(message.text())) {
      // It shuts down, and a standby that it would have to wait for is not there.
      return new WalferryException(ErrorCode.SERVER_UNAVAILABLE, said.getMessage(), cause);
    }
    // The server looks for the publication as of the change: one that was made later does not help.
    return said.code() == ErrorCode.PUBLICATION_MISSING
        ? new WalferryException(ErrorCode.PUBLICATION_LOST, said.getMessage(), cause)
        : said;
  }

  /**
   * From 18 on the server only warns of a missing publication, and leaves its changes out; before,
   * that is an error. The only other warning of that state says that it waits for a standby.
   */
  static Optional<WalferryException> warning(String where, byte[] buffer, int start, int length) {
    ServerMessage message = ServerMessage.read(buffer, start, length);
    return isPrerequisite(message) && !StandbySlots.areAwaited(message.text())
        ? Optional.of(
            new WalferryException(
                ErrorCode.PUBLICATION_LOST, "could not follow " + where + ": " + message.text()))
        : Optional.empty();
  }

  /** What the server says while it waits for a standby, as often as it looks for it. */
  static Optional<String> standbyAwaited(byte[] buffer, int start, int length) {
    ServerMessage message = ServerMessage.read(buffer, start, length);
    return isPrerequisite(message) && StandbySlots.areAwaited(message.text())
        ? Optional.of(message.text())
        : Optional.empty();
  }

  private static boolean isPrerequisite(ServerMessage message) {
    return message.severity().equals("WARNING") && message.state().equals(NOT_IN_REQUIRED_STATE);
  }
}
