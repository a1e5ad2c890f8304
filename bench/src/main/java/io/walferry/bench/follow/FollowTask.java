package io.walferry.bench.follow;

import io.walferry.change.Lsn;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import java.util.Map;

/**
 * What a client drains, as its arguments say it.
 *
 * @param end every transaction whose commit starts before it is part of the load, and none after it
 * @param destination of clients that write to a database; the others ignore it
 */
record FollowTask(
    PostgresConnector source,
    String slot,
    String publication,
    Lsn end,
    PostgresConnector destination) {
  static FollowTask of(String[] arguments) {
    return new FollowTask(
        connector(arguments[0]),
        arguments[1],
        arguments[2],
        Lsn.parse(arguments[3]),
        connector(arguments[4]));
  }

  private static PostgresConnector connector(String uri) {
    return new PostgresConnector(ConnectionSettings.parse(uri, Map.of()), "walferry bench");
  }
}
