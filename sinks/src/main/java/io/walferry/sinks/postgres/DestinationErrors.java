package io.walferry.sinks.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.sinks.sql.SqlErrors;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Says in our words what the destination server reports. Detail, context and the messages of data
 * errors never get through, since they can show values; names of constraints and columns do.
 */
final class DestinationErrors implements SqlErrors {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String CHECK_OPTION = "44000";

  /** Also of a value that is too long for an index. */
  private static final String LIMIT_EXCEEDED = "54000";

  private final String where;

  /** For failures at the database that {@code where} names. */
  DestinationErrors(String where) {
    this.where = where;
  }

  @Override
  public WalferryException translate(String attempt, SQLException failure) {
    SQLException cause = plain(failure);
    String state = Optional.ofNullable(cause.getSQLState()).orElse("unknown");
    WalferryException general = PostgresErrors.translate(cause, attempt + " in " + where);
    ErrorCode code = code(state, cause, general.code());
    String message = String.valueOf(general.getMessage()) + hint(state, cause);
    return PostgresErrors.mayShowValues(cause)
        ? new WalferryException(code, message)
        : new WalferryException(code, message, cause);
  }

  /** A failure to connect: what may pass is the destination's absence, the rest stays as it is. */
  WalferryException connecting(WalferryException failure) {
    String message = "destination " + where + ": " + failure.getMessage();
    return new WalferryException(reachability(failure.code()), message, failure);
  }

  /** Whether a row with the same key is there already. */
  static boolean isDuplicate(SQLException failure) {
    return UNIQUE_VIOLATION.equals(plain(failure).getSQLState());
  }

  static boolean isPermission(SQLException failure) {
    return "42501".equals(plain(failure).getSQLState());
  }

  /** The driver's wrapper of a batch quotes the statement with its values. */
  private static SQLException plain(SQLException failure) {
    SQLException plain = failure;
    while (plain instanceof BatchUpdateException) {
      SQLException next = plain.getNextException();
      if (next == null) {
        return new SQLException("a batch failed", plain.getSQLState());
      }
      plain = next;
    }
    return plain;
  }

  private static ErrorCode code(String state, SQLException cause, ErrorCode general) {
    return switch (state) {
      case "53100" -> ErrorCode.DESTINATION_FULL;
      case "55P03", "40P01", "40001", "57014", "55006" -> ErrorCode.DESTINATION_BUSY;
      case UNIQUE_VIOLATION -> ErrorCode.DESTINATION_CONFLICT;
      default ->
          PostgresErrors.isRaised(cause) ? ErrorCode.DESTINATION_ROW_REFUSED : own(state, general);
    };
  }

  /** What the server itself has to say. */
  private static ErrorCode own(String state, ErrorCode general) {
    return switch (state) {
      case "42501", "25006" -> ErrorCode.DESTINATION_UNWRITABLE;
      case CHECK_OPTION, LIMIT_EXCEEDED -> ErrorCode.DESTINATION_ROW_REFUSED;
      default ->
          switch (state.substring(0, 2)) {
            case "22", "23" -> ErrorCode.DESTINATION_ROW_REFUSED;
            case "0A", "3F", "42", "54" -> ErrorCode.DESTINATION_SHAPE;
            case "XX" -> ErrorCode.INTERNAL;
            default -> reachability(general);
          };
    };
  }

  private static ErrorCode reachability(ErrorCode code) {
    return switch (code) {
      case CONNECTION_FAILED, CONNECTION_LOST, SERVER_UNAVAILABLE, TOO_MANY_CONNECTIONS ->
          ErrorCode.DESTINATION_UNREACHABLE;
      default -> code;
    };
  }

  private static String hint(String state, SQLException cause) {
    String kind;
    if (PostgresErrors.isRaised(cause)) {
      kind = "; a trigger forbids what the source has";
    } else if (state.startsWith("22")) {
      kind = "; a column's type does not take what the source has";
    } else if (state.startsWith("23") || state.equals(CHECK_OPTION)) {
      kind = "; a constraint forbids what the source has";
    } else {
      return "";
    }
    return kind
        + serverMessage(cause)
            .map(
                said ->
                    named("constraint", said.getConstraint()) + named("column", said.getColumn()))
            .orElse("");
  }

  private static String named(String what, @org.jspecify.annotations.Nullable String name) {
    return name == null || name.isEmpty() ? "" : ", " + what + " " + name;
  }

  private static Optional<ServerErrorMessage> serverMessage(SQLException cause) {
    return cause instanceof PSQLException postgres
        ? Optional.ofNullable(postgres.getServerErrorMessage())
        : Optional.empty();
  }
}
