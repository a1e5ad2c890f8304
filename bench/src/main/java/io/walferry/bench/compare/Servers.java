package io.walferry.bench.compare;

import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How the servers of the benchmark are set, the same at both ends. */
final class Servers {
  private Servers() {}

  static PostgresServer start(int major) {
    return PostgresServer.builder()
        .major(major)
        .durable(true)
        .setting("shared_buffers", "1GB")
        .setting("max_wal_size", "8GB")
        .setting("checkpoint_timeout", "15min")
        .setting("maintenance_work_mem", "256MB")
        // Its moment would decide who is measured beside it.
        .setting("autovacuum", "off")
        // Loads of any size are written.
        .setting("statement_timeout", "0")
        .start();
  }

  /** The operating system's id of the server's first process. */
  static long postmaster(PostgresServer server) throws IOException {
    Path file = server.dataDirectory().resolve("postmaster.pid");
    return Long.parseLong(Files.readAllLines(file).getFirst().strip());
  }

  static String script(String name) {
    try (InputStream stream = Servers.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("No resource " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
