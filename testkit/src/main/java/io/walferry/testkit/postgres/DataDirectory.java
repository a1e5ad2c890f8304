package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.Command;
import io.walferry.testkit.internal.ServerLog;
import io.walferry.testkit.server.ServerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
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
      Path home = Files.createTempDirectory("walferry-postgres-" + major + "-");
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

  /** Runs initdb unless the directory holds a cluster, which must be of the same major. */
  void initialise(Path installation, ServerOptions options, LaunchIdentity identity) {
    try {
      Path versionFile = path.resolve("PG_VERSION");
      if (Files.exists(versionFile)) {
        requireMajor(Files.readString(versionFile).strip(), options.major());
        identity.own(path);
        return;
      }
      identity.own(ephemeral.orElse(path));
      initdb(installation.resolve("bin/initdb"), options.cluster(), identity);
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

  private void initdb(Path program, ClusterOptions cluster, LaunchIdentity identity)
      throws IOException {
    var words = new ArrayList<>(identity.prefix());
    words.addAll(List.of(program.toString(), "-D", path.toString(), "-U", PostgresServer.USER));
    words.addAll(List.of("-E", "UTF8", "--locale=C", "--no-sync"));
    Path passwordFile = Files.createTempFile("walferry-", ".pw");
    try {
      if (cluster.password().isPresent()) {
        Files.writeString(passwordFile, cluster.password().get());
        identity.own(passwordFile);
        words.addAll(List.of("-A", "scram-sha-256", "--pwfile=" + passwordFile));
      } else {
        words.addAll(List.of("-A", "trust"));
      }
      words.addAll(cluster.initdbArguments());
      Command.Outcome outcome = Command.run(words);
      if (!outcome.succeeded()) {
        throw new ServerException("initdb failed:\n" + outcome.output());
      }
    } finally {
      Files.delete(passwordFile);
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
