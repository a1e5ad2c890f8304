package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.ServerLog;
import io.walferry.testkit.internal.TemporaryData;
import io.walferry.testkit.server.ServerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * A server's data directory with its configuration and log.
 *
 * @param path PGDATA
 * @param ephemeral the directory to remove at the end, if nobody asked to keep the data
 */
record DataDirectory(Path path, Optional<Path> ephemeral) {
  /** The given directory, to be kept; or a new temporary one. */
  static DataDirectory of(Optional<Path> kept, int major) {
    try {
      if (kept.isPresent()) {
        Path path = kept.get().toAbsolutePath().normalize();
        Files.createDirectories(path);
        return new DataDirectory(path, Optional.empty());
      }
      Path home = TemporaryData.directory("walferry-postgres-" + major + "-");
      Path path = Files.createDirectory(home.resolve("data"));
      return new DataDirectory(path, Optional.of(home));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create a data directory", e);
    }
  }

  Path pidFile() {
    return path.resolve("postmaster.pid");
  }

  ServerLog log() {
    return new ServerLog(path.resolve("server.log"));
  }

  /** Creates a cluster unless the directory holds one, which must be of the same major. */
  void initialise(Initdb initdb, ServerOptions options, LaunchIdentity identity) {
    try {
      Path versionFile = path.resolve("PG_VERSION");
      if (Files.exists(versionFile)) {
        requireMajor(Files.readString(versionFile).strip(), options.major());
        identity.own(path);
        return;
      }
      identity.own(ephemeral.orElse(path));
      initdb.create(path, options.cluster());
      Files.writeString(
          path.resolve("postgresql.conf"),
          "\ninclude 'walferry.conf'\n",
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot initialise " + path, e);
    }
  }

  private void requireMajor(String found, int expected) {
    if (!found.equals(Integer.toString(expected))) {
      throw new ServerException(
          "%s holds a cluster of PostgreSQL %s, expected %d".formatted(path, found, expected));
    }
  }

  /** Writes what the server reads at its next start, below ALTER SYSTEM in precedence. */
  void configure(Map<String, String> settings, int port) {
    var text = new StringBuilder("port = " + port + "\n");
    settings.forEach((name, value) -> text.append(name).append(" = ").append(quoted(value)));
    try {
      Files.writeString(path.resolve("walferry.conf"), text);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the configuration in " + path, e);
    }
  }

  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'\n";
  }
}
