package io.walferry.cli.config;

import io.walferry.postgres.ConnectionSettings;
import java.nio.file.Path;
import java.util.Optional;

/** Where changes go. */
public sealed interface SinkConfig {
  /** The user's name for it. */
  String name();

  /** Another PostgreSQL database. */
  record Postgres(String name, ConnectionSettings connection) implements SinkConfig {}

  /** A SQLite database in a file. */
  record Sqlite(String name, Path path) implements SinkConfig {}

  /**
   * Lines of JSON.
   *
   * @param path empty for standard output
   */
  record JsonLines(String name, Optional<Path> path) implements SinkConfig {}
}
