package io.walferry.sinks.mysql;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlErrors;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in our words what MySQL and MariaDB report. Their messages quote values, so none gets
 * through, and neither does the exception as a cause: the number of the error does, and the column
 * or key that the message ends with.
 */
final class MysqlErrors implements SqlErrors {
  private static final int DUPLICATE_KEY = 1062;

  /** What follows the value in messages about it: {@code … for column 'a' at row 1}. */
  private static final Pattern COLUMN =
      Pattern.compile("(?s).*\\b[cC]olumn '?([^']+?)'?(?: at row \\d+| cannot be null)$");

  private static final Pattern KEY = Pattern.compile("(?s).* for key '([^']+)'$");

  private static final Set<Integer> BUSY =
      Set.of(
          1205, // lock wait timeout
          1213, // deadlock
          1317, // query interrupted
          1020, // record has changed since last read
          1412, // table definition has changed
          1969, // max_statement_time (MariaDB)
          3024, // max_execution_time (MySQL)
          3572); // lock nowait

  private static final Set<Integer> UNREACHABLE =
      Set.of(
          1040, // too many connections
          1053, // shutdown in progress
          1077, // normal shutdown
          1079, // shutdown complete
          1080, // forced close
          1152, // aborted connection
          1158, // network read
          1159, // network read timeout
          1160, // network write
          1161, // network write timeout
          1184, // new aborted connection
          1203, // too many user connections
          1226, // user limit reached
          1290, // read-only option, as while a replica is promoted
          1836, // running in read-only mode
          1927, // connection killed (MariaDB)
          2002, // cannot connect
          2003, // cannot connect
          2006, // server has gone away
          2013, // lost connection
          2026, // TLS
          2055, // lost connection
          3169, // session killed
          4031); // disconnected for inactivity

  /** Of states that do not tell. */
  private static final Set<Integer> VALUES =
      Set.of(
          1265, // data truncated
          1300, // invalid string of a character set
          1366, // incorrect value
          1525, // incorrect value of a type
          1526, // no partition for the value
          3819); // CHECK constraint

  private static final Set<Integer> FULL = Set.of(1021, 1114, 3, 28);

  private static final Set<Integer> DENIED =
      Set.of(1044, 1142, 1143, 1227, 1370, 1419, 1792, 3118, 3619, 3955);

  private static final Set<Integer> REFUSED = Set.of(1045, 1130, 1251, 1524, 1698, 1862, 4151);

  private final String where;

  /** For failures at the database that {@code where} names. */
  MysqlErrors(String where) {
    this.where = where;
  }

  @Override
  public WalferryException translate(String attempt, SQLException failure) {
    SQLException cause = plain(failure);
    return new WalferryException(
        code(cause), "could not " + attempt + " in " + where + ": " + reason(cause), bare(cause));
  }

  /**
   * A failure to connect.
   *
   * @param accepted whether the server has let these credentials in before
   */
  WalferryException connecting(String attempt, SQLException failure, boolean accepted) {
    SQLException cause = plain(failure);
    String why = TlsProblem.of(cause).map(TlsProblem::words).orElseGet(() -> reason(cause));
    String message = "could not " + attempt + " to destination " + where + ": " + why;
    return new WalferryException(connectingCode(cause, accepted), message, bare(cause));
  }

  private static ErrorCode connectingCode(SQLException cause, boolean accepted) {
    boolean tls = TlsProblem.of(cause).isPresent();
    boolean refused = REFUSED.contains(cause.getErrorCode()) || tls;
    if (refused && accepted) {
      return ErrorCode.ACCESS_WITHDRAWN;
    }
    if (tls) {
      return ErrorCode.TLS_FAILED;
    }
    if (refused) {
      return ErrorCode.AUTHENTICATION_FAILED;
    }
    return switch (cause.getErrorCode()) {
      case 1049 -> ErrorCode.DATABASE_MISSING;
      case 1044 -> ErrorCode.PERMISSION_DENIED;
      default -> ErrorCode.DESTINATION_UNREACHABLE;
    };
  }

  /** Whether a row with the same key is there already. */
  static boolean isDuplicate(SQLException failure) {
    return plain(failure).getErrorCode() == DUPLICATE_KEY;
  }

  /** The same of what a bulk load warned of. */
  static boolean isDuplicate(int error) {
    return error == DUPLICATE_KEY;
  }

  private static SQLException plain(SQLException failure) {
    SQLException plain = failure;
    while (plain instanceof BatchUpdateException) {
      Throwable next = plain.getCause();
      if (!(next instanceof SQLException one)) {
        return plain;
      }
      plain = one;
    }
    return plain;
  }

  private static ErrorCode code(SQLException cause) {
    int error = cause.getErrorCode();
    if (BUSY.contains(error)) {
      return ErrorCode.DESTINATION_BUSY;
    }
    if (UNREACHABLE.contains(error)) {
      return ErrorCode.DESTINATION_UNREACHABLE;
    }
    if (FULL.contains(error)) {
      return ErrorCode.DESTINATION_FULL;
    }
    if (DENIED.contains(error)) {
      return ErrorCode.DESTINATION_UNWRITABLE;
    }
    if (error == DUPLICATE_KEY) {
      return ErrorCode.DESTINATION_CONFLICT;
    }
    if (isAboutValues(cause)) {
      return ErrorCode.DESTINATION_ROW_REFUSED;
    }
    boolean connection =
        cause instanceof SQLNonTransientConnectionException
            || cause instanceof SQLTransientConnectionException
            || String.valueOf(cause.getSQLState()).startsWith("08");
    return connection ? ErrorCode.DESTINATION_UNREACHABLE : ErrorCode.DESTINATION_SHAPE;
  }

  /** Data, constraints, and what a trigger signals. */
  private static boolean isAboutValues(SQLException cause) {
    String state = String.valueOf(cause.getSQLState());
    return state.startsWith("22")
        || state.startsWith("23")
        || state.startsWith("45")
        || VALUES.contains(cause.getErrorCode());
  }

  /** Of the driver's own failures, which have no number above 0, the kind says enough. */
  private static String reason(SQLException cause) {
    int error = cause.getErrorCode();
    return error > 0
        ? reason(error, String.valueOf(cause.getMessage()))
        : "the driver reports " + cause.getClass().getSimpleName() + connectionProblem(cause);
  }

  private static String connectionProblem(SQLException cause) {
    Throwable origin = cause;
    while (origin.getCause() != null) {
      origin = origin.getCause();
    }
    // What sockets and TLS say has no rows in it.
    return origin instanceof java.io.IOException ? ": " + origin.getMessage() : "";
  }

  /** An error or warning of the server, without the values in its message. */
  static String reason(int error, String message) {
    String advice =
        switch (error) {
          case 1040, 1203, 1226 -> ", too many connections";
          case 1045, 1698 -> ", access denied to that user from this host";
          case 1049 -> ", the database does not exist";
          case 1118 -> ", the row is too large: fewer or shorter columns, or longtext";
          case 1048 -> ", the column is NOT NULL";
          case 1062 -> ", a row with the same key is there";
          case 1071 -> ", the key is too long: it may have 3072 bytes";
          case 1153, 3156 -> ", the statement is larger than the server's max_allowed_packet";
          case 1205 -> ", a lock was not to be had in time";
          case 1213 -> ", a deadlock";
          case 1264 -> ", the number is out of the column's range";
          case 1265, 1366, 1292 -> ", the column's type does not take the value";
          case 1406 -> ", the value is longer than the column";
          case 1526 -> ", no partition of the table takes the row";
          case 1665 -> ", binlog_format is STATEMENT: set it to ROW or MIXED";
          case 3750 -> ", sql_require_primary_key is on, and the source's table has none";
          case 3819, 4025 -> ", a CHECK constraint forbids it";
          default -> "";
        };
    return "error "
        + error
        + advice
        + named(COLUMN, ", column ", message)
        + named(KEY, ", key ", message);
  }

  private static String named(Pattern pattern, String what, String message) {
    Matcher matcher = pattern.matcher(message);
    return matcher.matches() ? what + matcher.group(1) : "";
  }

  /** The way it came, without its message. */
  private static SQLException bare(SQLException cause) {
    SQLException bare =
        new SQLException("its message is withheld", cause.getSQLState(), cause.getErrorCode());
    bare.setStackTrace(cause.getStackTrace());
    return bare;
  }
}
