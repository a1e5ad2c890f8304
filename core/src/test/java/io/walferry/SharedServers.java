package io.walferry;

import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import io.walferry.testkit.postgres.PostgresServers;
import java.sql.SQLException;
import java.util.List;

/** Servers that all tests of this module share; each test has a database of its own on them. */
public final class SharedServers {
  /** Both ends of what is supported in full. */
  public static final List<Integer> OLDEST_AND_NEWEST = List.of(14, 18);

  private static final PostgresServers SERVERS = new PostgresServers();

  private SharedServers() {}

  public static PostgresServer server(int major) {
    return SERVERS.server(major);
  }

  /** A new database; close it to drop it. */
  public static Database database(int major) throws SQLException {
    return server(major).createDatabase("core");
  }
}
