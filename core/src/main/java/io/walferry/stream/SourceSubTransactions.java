package io.walferry.stream;

import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks in a session of its own, which lasts for the question. The commit of the whole transaction
 * is in the log by then, so a sub-transaction that still seems to be in progress has committed with
 * it: what is rolled back ends at once.
 *
 * @param silenceMax how long the source may leave the question without an answer
 */
record SourceSubTransactions(PostgresConnector source, Duration silenceMax)
    implements SubTransactions {
  /** The stream has the lower half of an id; the nearest to what is assigned now is meant. */
  private static final String STATUS =
      """
      SELECT x, pg_catalog.pg_xact_status((ref - ((ref - x) & 4294967295))::text::xid8)
        FROM unnest(?::bigint[]) AS x,
             (SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint
                     + 2147483648 AS ref) AS now
      """;

  @Override
  public Optional<XidSet> rolledBack(XidSet xids) {
    try (Connection connection = source.connect();
        PreparedStatement statement = connection.prepareStatement(STATUS)) {
      connection.setNetworkTimeout(Runnable::run, (int) silenceMax.toMillis());
      statement.setArray(1, connection.createArrayOf("bigint", xids.numbers().boxed().toArray()));
      XidSet rolledBack = new XidSet();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          String status = result.getString(2);
          if (result.wasNull()) {
            return Optional.empty();
          }
          if (status.equals("aborted")) {
            rolledBack.add((int) result.getLong(1));
          }
        }
      }
      return Optional.of(rolledBack);
    } catch (SQLException e) {
      throw PostgresErrors.translate(
          e, "ask " + source.settings().display() + " which savepoints were rolled back to");
    }
  }
}
