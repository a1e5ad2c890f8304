package io.walferry.cli.config;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.sink.SinkProvider;
import io.walferry.sink.SinkSettings;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.type.LossPolicies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where changes go. */
public sealed interface SinkConfig {
  ExistingRows EXISTING = ExistingRows.REFUSE;

  Duration SILENCE = Duration.ofMinutes(15);

  /** The user's name for it. */
  String name();

  /** Whether it remembers how far a pipeline has come. */
  default boolean savesPosition() {
    return !(this instanceof JsonLines lines) || lines.path().isPresent();
  }

  /**
   * Another PostgreSQL database.
   *
   * @param silence how long it may leave a statement without an answer
   */
  record Postgres(
      String name, ConnectionSettings connection, ExistingRows existing, Duration silence)
      implements SinkConfig {}

  /**
   * A database of MySQL or MariaDB.
   *
   * @param silence how long it may leave a statement without an answer
   * @param lossy what becomes of values that a native column cannot hold
   */
  record Mysql(
      String name,
      MysqlSettings connection,
      ExistingRows existing,
      Duration silence,
      LossPolicies lossy)
      implements SinkConfig {}

  /** A SQLite database in a file. */
  record Sqlite(String name, Path path, ExistingRows existing) implements SinkConfig {}

  /**
   * Lines of JSON.
   *
   * @param path empty for standard output
   * @param existing refuse or append
   */
  record JsonLines(String name, Optional<Path> path, ExistingRows existing) implements SinkConfig {}

  /** Of a type that a plug-in provides. */
  record Provided(String name, SinkProvider provider, SinkSettings settings)
      implements SinkConfig {}
}
