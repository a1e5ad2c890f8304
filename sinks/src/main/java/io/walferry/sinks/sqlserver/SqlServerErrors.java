package io.walferry.sinks.sqlserver;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlErrors;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Says in our words what SQL Server reports. Its messages quote values, so none gets through, and
 * neither does the exception as a cause: the number of the error does, and the names that its
 * message has before any value.
 */
final class SqlServerErrors implements SqlErrors {
  private static final Set<Integer> DUPLICATES = Set.of(2601, 2627);

  private static final Set<Integer> BUSY =
      Set.of(
          1204, // no locks left
          1205, // deadlock
          1222, // lock timeout
          3960, // snapshot update conflict
          3961, // changed metadata under a snapshot
          8645, // no memory grant in time
          8651, // no memory grant
          10928, // resource limit (Azure)
          10929, // resource limit (Azure)
          49918, // too busy (Azure)
          49919, 49920);

  private static final Set<Integer> UNREACHABLE =
      Set.of(
          596, // session killed
          921, // database recovers
          922, // database recovers
          927, // database restores
          942, // database offline
          945, // database unusable
          976, // replica without read access
          978, // replica for reading only
          983, // replica changes its role
          3906, // database is read-only, as while a replica is promoted
          3908, // database in emergency mode
          6001, // shutdown in progress
          6002, 6005, 6006, 17142, // server paused
          40143, // connection lost (Azure)
          40197, // failover (Azure)
          40501, // too busy (Azure)
          40540, 40613, // database not available (Azure)
          41386);

  /** Of one row: its values, or a constraint or trigger that does not want them. */
  private static final Set<Integer> VALUES =
      Set.of(
          220, // overflow of a small number
          232, // overflow
          241, // conversion of a date or time
          242, // date out of range
          244, // overflow
          245, // conversion
          248, // overflow of an int
          295, // conversion of a small date
          511, // row too large
          515, // NULL in a NOT NULL column
          517, // date out of range
          547, // CHECK or FOREIGN KEY constraint
          548, // identity range
          550, // view's CHECK option
          1946, // index key too long
          2628, // truncation
          3609, // a trigger ended the transaction
          8114, // conversion
          8115, // overflow
          8134, // division by zero, as in a computed column
          8152, // truncation
          8169, // conversion to uniqueidentifier
          9436, // XML
          50000); // raised by a trigger

  private static final Set<Integer> FULL = Set.of(1101, 1105, 3257, 5149, 9002, 40544);
  private static final Set<Integer> DENIED =
      Set.of(229, 230, 262, 297, 300, 916, 1088, 2557, 2760, 3704, 4613, 15151, 15247);
  private static final Set<Integer> REFUSED =
      Set.of(
          18450, 18451, 18452, 18456, 18458, 18461, 18470, 18486, 18487, 18488, 40615, 40914,
          47000);
  private static final Set<Integer> DATABASES = Set.of(911, 4060, 4063, 4064, 40532);

  /** What names come before any value. */
  private static final List<Pattern> NAMES =
      List.of(
          Pattern.compile(
              "^Cannot insert the value NULL into (column) '([^']*)', table '[^']*';.*",
              Pattern.DOTALL),
          Pattern.compile(
              "^String or binary data would be truncated in table '[^']*', (column) '([^']*)'\\..*",
              Pattern.DOTALL),
          Pattern.compile(
              "^The \\w+ statement conflicted with the [A-Z ]*(constraint) \"([^\"]*)\"\\..*",
              Pattern.DOTALL),
          Pattern.compile(
              "^The (\\w+) '([^']*)' is dependent on column '[^']*'\\..*", Pattern.DOTALL),
          Pattern.compile(
              "^Violation of [A-Z ]*(constraint) '([^']*)'\\. Cannot insert duplicate key.*",
              Pattern.DOTALL),
          Pattern.compile(
              "^Cannot insert duplicate key row in object '[^']*' with unique (index)"
                  + " '([^']*)'\\..*",
              Pattern.DOTALL));

  private final String where;

  /** For failures at the database that {@code where} names. */
  SqlServerErrors(String where) {
    this.where = where;
  }

  @Override
  public WalferryException translate(String attempt, SQLException failure) {
    return new WalferryException(
        code(failure),
        "could not " + attempt + " in " + where + ": " + reason(failure),
        bare(failure));
  }

  /**
   * A failure to connect.
   *
   * @param accepted whether the server has let these credentials in before
   */
  WalferryException connecting(SQLException failure, boolean accepted) {
    String message = "could not connect to destination " + where + ": " + reason(failure);
    return new WalferryException(connectingCode(failure, accepted), message, bare(failure));
  }

  private static ErrorCode connectingCode(SQLException failure, boolean accepted) {
    boolean tls = isTls(failure);
    boolean refused = REFUSED.contains(failure.getErrorCode());
    if ((refused || tls) && accepted) {
      return ErrorCode.ACCESS_WITHDRAWN;
    }
    if (tls) {
      return ErrorCode.TLS_FAILED;
    }
    if (refused) {
      return ErrorCode.AUTHENTICATION_FAILED;
    }
    if (DATABASES.contains(failure.getErrorCode())) {
      // A database that recovers says the same, and one that was there will be again.
      return accepted ? ErrorCode.DESTINATION_UNREACHABLE : ErrorCode.DATABASE_MISSING;
    }
    return failure.getErrorCode() == 916
        ? ErrorCode.PERMISSION_DENIED
        : ErrorCode.DESTINATION_UNREACHABLE;
  }

  /** Whether a row with the same key is there already. */
  static boolean isDuplicate(SQLException failure) {
    return DUPLICATES.contains(failure.getErrorCode());
  }

  private static boolean isTls(SQLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return true;
      }
    }
    return false;
  }

  private static ErrorCode code(SQLException failure) {
    int error = failure.getErrorCode();
    if (BUSY.contains(error)) {
      return ErrorCode.DESTINATION_BUSY;
    }
    if (UNREACHABLE.contains(error) || isConnection(failure)) {
      return ErrorCode.DESTINATION_UNREACHABLE;
    }
    if (FULL.contains(error)) {
      return ErrorCode.DESTINATION_FULL;
    }
    if (DENIED.contains(error)) {
      return ErrorCode.DESTINATION_UNWRITABLE;
    }
    if (DUPLICATES.contains(error)) {
      return ErrorCode.DESTINATION_CONFLICT;
    }
    // What is above was raised by a trigger.
    return VALUES.contains(error) || error > 50_000
        ? ErrorCode.DESTINATION_ROW_REFUSED
        : ErrorCode.DESTINATION_SHAPE;
  }

  private static boolean isConnection(SQLException failure) {
    return String.valueOf(failure.getSQLState()).startsWith("08");
  }

  /** Of the driver's own failures, which have no number above 0, the kind says enough. */
  private static String reason(SQLException failure) {
    int error = failure.getErrorCode();
    return error > 0
        ? "error " + error + advice(error) + named(String.valueOf(failure.getMessage()))
        : "the driver reports state " + failure.getSQLState() + connectionProblem(failure);
  }

  private static String advice(int error) {
    return switch (error) {
      case 229, 230, 262, 1088, 2760, 15151, 15247 -> ", the user lacks a permission";
      case 245, 241, 8114, 8169 -> ", the column's type does not take the value";
      case 220, 232, 244, 248, 8115 -> ", the number is out of the column's range";
      case 628, 3903, 6401 ->
          ", an error has ended the transaction, so that what it refused cannot be left out";
      case 511 -> ", the row is too large: it may have 8060 bytes beside long texts";
      case 515 -> ", the column is NOT NULL";
      case 547 -> ", a CHECK or FOREIGN KEY constraint forbids it";
      case 1105, 1101 -> ", a filegroup is full";
      case 1205 -> ", a deadlock";
      case 1222 -> ", a lock was not to be had in time";
      case 3725, 3726 -> ", a foreign key of another table points there";
      case 4922, 5074 -> ", something stands on the column";
      case 15336 -> ", a CHECK constraint, a computed column or a view stands on the column";
      case 1946 -> ", the key is too long: an index takes 1700 bytes, a clustered one 900";
      case 2601, 2627 -> ", a row with the same key is there";
      case 2628, 8152 -> ", the value is longer than the column";
      case 3609 -> ", a trigger ended the transaction";
      case 4060 -> ", the database does not exist or does not let the user in";
      case 9002 -> ", the transaction log is full";
      case 18456 -> ", the login failed";
      case 18487, 18488 -> ", the password has to be changed";
      default -> "";
    };
  }

  private static String named(String message) {
    return NAMES.stream()
        .map(pattern -> pattern.matcher(message))
        .filter(Matcher::matches)
        .findFirst()
        .map(matcher -> ", " + matcher.group(1) + " " + matcher.group(2))
        .orElse("");
  }

  /** What sockets and TLS say has no rows in it. */
  private static String connectionProblem(SQLException failure) {
    Throwable origin = failure;
    while (origin.getCause() != null) {
      origin = origin.getCause();
    }
    return origin instanceof IOException ? ": " + origin.getMessage() : "";
  }

  /** The way it came, without its message. */
  private static SQLException bare(SQLException failure) {
    SQLException bare =
        new SQLException("its message is withheld", failure.getSQLState(), failure.getErrorCode());
    bare.setStackTrace(failure.getStackTrace());
    return bare;
  }
}
