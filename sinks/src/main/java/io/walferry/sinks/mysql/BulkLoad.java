package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.sql.SqlSession;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Puts whole rows into a table in their order, many at a time; holds a few megabytes of them.
 * Anything but as many rows as were sent, without a warning, is a failure of the transaction.
 */
interface BulkLoad {
  /**
   * Where rows go.
   *
   * @param table quoted
   * @param label of the table that it is about, for messages
   */
  record Into(String table, List<BulkColumn> columns, String label) {
    public Into {
      columns = List.copyOf(columns);
    }

    /**
     * Requires that a statement has added every row as it was sent. A text that is too long by
     * spaces at its end, for example, is cut with no more than a warning.
     */
    void requireTaken(SqlSession session, Statement statement, int sent, int taken)
        throws SQLException {
      Optional<SQLWarning> warning = Optional.ofNullable(statement.getWarnings());
      if (warning.isPresent()) {
        throw refused(session, warning.get());
      }
      if (taken != sent) {
        throw new WalferryException(
            ErrorCode.DESTINATION_CONFLICT,
            "The load of table "
                + label
                + " expected to add "
                + sent
                + " rows at the destination, but "
                + taken
                + " were taken");
      }
    }

    private WalferryException refused(SqlSession session, SQLWarning warning) {
      int error = warning.getErrorCode();
      return new WalferryException(
          MysqlErrors.isDuplicate(error)
              ? ErrorCode.DESTINATION_CONFLICT
              : ErrorCode.DESTINATION_ROW_REFUSED,
          "could not load table "
              + label
              + " in "
              + session.display()
              + ": "
              + MysqlErrors.reason(error, String.valueOf(warning.getMessage())));
    }
  }

  /** Tells whether a change has a row that is not to wait for others. */
  static boolean isLarge(Row before, Row after) {
    return Math.max(before.byteSize(), after.byteSize()) >= ParameterValue.LARGE_BYTES_MIN;
  }

  /** Takes a row; the sides are the same row where there is only one. */
  void add(Row before, Row after) throws SQLException;

  /**
   * Sends what is left.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_CONFLICT} or {@code
   *     DESTINATION_ROW_REFUSED} if the server has not taken every row as it was sent
   */
  void end() throws SQLException;

  /** By LOAD DATA LOCAL, where the server allows it. */
  static BulkLoad open(SqlSession session, ServerTraits traits, Into into) {
    return traits.localInfile()
        ? new LocalLoad(session, into, traits.packetBytesMax())
        : new MultiRowInsert(session, into, traits.packetBytesMax());
  }
}
