package io.walferry.testkit.postgres;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * At most one fast server for each major, started when first asked for. A test run holds one such
 * object and closes it at its end; servers left over end with the JVM. Any thread may call.
 */
public final class PostgresServers implements AutoCloseable {
  private final Map<Integer, PostgresServer> serverByMajor = new ConcurrentHashMap<>();

  /** The server of the default major version. */
  public PostgresServer server() {
    return server(PostgresServerBuilder.defaultMajor());
  }

  /** Starts the server if it is the first one of its major; others wait meanwhile. */
  public PostgresServer server(int major) {
    return serverByMajor.computeIfAbsent(
        major, wanted -> PostgresServer.builder().major(wanted).start());
  }

  @Override
  public void close() {
    serverByMajor.values().forEach(PostgresServer::close);
    serverByMajor.clear();
  }
}
