package io.walferry.testkit.mysql;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * At most one server of each flavor, started when first asked for. A test run holds one such object
 * and closes it at its end; servers left over end with the JVM. Any thread may call.
 */
public final class MysqlServers implements AutoCloseable {
  private final Map<MysqlFlavor, Optional<String>> obstacleByFlavor = new ConcurrentHashMap<>();
  private final Map<MysqlFlavor, MysqlServer> serverByFlavor = new ConcurrentHashMap<>();

  /** As {@link MysqlBinaries#obstacle}, found out once. */
  public Optional<String> obstacle(MysqlFlavor flavor) {
    return obstacleByFlavor.computeIfAbsent(flavor, MysqlBinaries.standard()::obstacle);
  }

  /** Starts the server if it is the first one of its flavor; others wait meanwhile. */
  public MysqlServer server(MysqlFlavor flavor) {
    return serverByFlavor.computeIfAbsent(flavor, wanted -> MysqlServer.builder(wanted).start());
  }

  @Override
  public void close() {
    serverByFlavor.values().forEach(MysqlServer::close);
    serverByFlavor.clear();
  }
}
