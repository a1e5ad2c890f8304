package io.walferry.stream;

import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Tells whether a URL lets one in, for SQL and for a stream, in a JVM of its own. */
final class ConnectMain {
  static final String OUTCOME = "outcome: ";

  private ConnectMain() {}

  public static void main(String[] arguments) throws SQLException {
    PostgresConnector connector =
        new PostgresConnector(ConnectionSettings.parse(arguments[0], Map.of()), "tls test");
    try (Connection session = connector.connect();
        ReplicationConnection replication = ReplicationConnection.open(connector)) {
      SourceIdentity server = replication.identify();
      System.out.println(OUTCOME + (session.isValid(0) && server.timeline() > 0 ? "let in" : "?"));
    } catch (WalferryException e) {
      System.out.println(OUTCOME + e.code());
    }
  }
}
