package io.walferry.cli;

import io.walferry.cli.config.SinkConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.kafka.KafkaSink;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.sinks.mysql.MysqlConnector;
import io.walferry.sinks.mysql.MysqlSinkSettings;
import io.walferry.sinks.sqlserver.SqlServerConnector;
import io.walferry.sinks.sqlserver.SqlServerSinkSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells before a run whether its destinations can be written, without writing anything. */
final class DestinationCheck {
  private DestinationCheck() {}

  /**
   * Passes, or says of each what is in the way.
   *
   * @throws WalferryException with the code of the first
   */
  static void requireWritable(List<SinkConfig> sinks) {
    List<WalferryException> obstacles =
        sinks.stream().flatMap(sink -> obstacle(sink).stream()).toList();
    if (obstacles.size() == 1) {
      throw obstacles.getFirst();
    }
    if (!obstacles.isEmpty()) {
      String all =
          obstacles.stream().map(WalferryException::getMessage).collect(Collectors.joining("; "));
      throw new WalferryException(obstacles.getFirst().code(), all, obstacles.getFirst());
    }
  }

  private static Optional<WalferryException> obstacle(SinkConfig sink) {
    try {
      requireWritable(sink);
      return Optional.empty();
    } catch (WalferryException e) {
      return Optional.of(e);
    }
  }

  /**
   * Passes, or says what is in the way.
   *
   * @throws WalferryException {@code DESTINATION_UNWRITABLE}, or why a server does not let us in
   */
  private static void requireWritable(SinkConfig sink) {
    Optional<Path> path =
        switch (sink) {
          case SinkConfig.Postgres postgres -> {
            connect(postgres);
            yield Optional.empty();
          }
          case SinkConfig.Mysql mysql -> {
            connect(mysql);
            yield Optional.empty();
          }
          case SinkConfig.SqlServer sqlServer -> {
            connect(sqlServer);
            yield Optional.empty();
          }
          case SinkConfig.Kafka kafka -> {
            KafkaSink.requireReachable(kafka.settings());
            yield Optional.empty();
          }
          case SinkConfig.Sqlite sqlite -> Optional.of(sqlite.path());
          case SinkConfig.JsonLines lines -> lines.path();
          case SinkConfig.Provided provided -> Optional.empty();
          case SinkConfig.Transformed transformed -> {
            requireWritable(transformed.plain());
            yield Optional.empty();
          }
        };
    path.flatMap(DestinationCheck::obstacle)
        .ifPresent(
            obstacle -> {
              throw new WalferryException(
                  ErrorCode.DESTINATION_UNWRITABLE,
                  "cannot write the destination " + sink.name() + ": " + obstacle);
            });
  }

  private static void connect(SinkConfig.Postgres sink) {
    try {
      new PostgresConnector(sink.connection(), "walferry validate").connect().close();
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "close the connection to the destination " + sink.name());
    }
  }

  private static void connect(SinkConfig.Mysql sink) {
    close(sink, new MysqlConnector(sink.connection(), MysqlSinkSettings.DEFAULT).connect());
  }

  private static void connect(SinkConfig.SqlServer sink) {
    close(sink, new SqlServerConnector(sink.connection(), SqlServerSinkSettings.DEFAULT).connect());
  }

  private static void close(SinkConfig sink, Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_UNREACHABLE,
          "could not close the connection to the destination " + sink.name());
    }
  }

  private static Optional<String> obstacle(Path path) {
    if (Files.isDirectory(path)) {
      return Optional.of(path + " is a directory");
    }
    Path directory = path.toAbsolutePath().resolveSibling("");
    if (!Files.isDirectory(directory)) {
      return Optional.of("there is no directory " + directory);
    }
    // SQLite keeps its journal beside the file.
    boolean writable =
        Files.isWritable(directory) && (!Files.exists(path) || Files.isWritable(path));
    return writable ? Optional.empty() : Optional.of("no right to write " + path);
  }
}
