package io.walferry.cli.config;

import io.walferry.deadletter.RowPolicies;
import io.walferry.kafka.KafkaSinkSettings;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.sink.SinkProvider;
import io.walferry.sink.SinkSettings;
import io.walferry.sinks.jsonlines.Rotation;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.sqlserver.SqlServerSettings;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.transform.TransformSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where changes go. */
public sealed interface SinkConfig {
  ExistingRows EXISTING = ExistingRows.REFUSE;

  Duration SILENCE = Duration.ofMinutes(15);

  /** One batch after the other. */
  int WORKERS = 1;

  /** The user's name for it. */
  String name();

  /** What becomes of changes that it does not take. */
  default RowPolicies rows() {
    return RowPolicies.HALT;
  }

  /** What becomes of its tables when the source's are altered. */
  default DdlPolicies ddl() {
    return DdlPolicies.DEFAULT;
  }

  /** Whether it remembers how far a pipeline has come. */
  default boolean savesPosition() {
    return !(plain() instanceof JsonLines lines) || lines.path().isPresent();
  }

  /** Where changes go, whatever becomes of them on their way. */
  default SinkConfig plain() {
    return this;
  }

  /** Another one that gets tables under other names, or rows that are left out or changed. */
  record Transformed(SinkConfig plain, TransformSettings transforms) implements SinkConfig {
    @Override
    public String name() {
      return plain.name();
    }
  }

  /**
   * Another PostgreSQL database.
   *
   * @param silence how long it may leave a statement without an answer
   * @param workers how many batches are applied side by side
   */
  record Postgres(
      String name,
      ConnectionSettings connection,
      ExistingRows existing,
      Duration silence,
      int workers,
      RowPolicies rows,
      DdlPolicies ddl)
      implements SinkConfig {
    public Postgres(
        String name, ConnectionSettings connection, ExistingRows existing, Duration silence) {
      this(name, connection, existing, silence, WORKERS, RowPolicies.HALT, DdlPolicies.DEFAULT);
    }
  }

  /**
   * A database of MySQL or MariaDB.
   *
   * @param silence how long it may leave a statement without an answer
   * @param workers how many batches are applied side by side
   * @param lossy what becomes of values that a native column cannot hold
   */
  record Mysql(
      String name,
      MysqlSettings connection,
      ExistingRows existing,
      Duration silence,
      int workers,
      LossPolicies lossy,
      RowPolicies rows,
      DdlPolicies ddl)
      implements SinkConfig {
    public Mysql(
        String name,
        MysqlSettings connection,
        ExistingRows existing,
        Duration silence,
        LossPolicies lossy) {
      this(
          name,
          connection,
          existing,
          silence,
          WORKERS,
          lossy,
          RowPolicies.HALT,
          DdlPolicies.DEFAULT);
    }
  }

  /**
   * A database of SQL Server.
   *
   * @param silence how long it may leave a statement without an answer
   * @param lossy what becomes of values that a native column cannot hold
   */
  record SqlServer(
      String name,
      SqlServerSettings connection,
      ExistingRows existing,
      Duration silence,
      LossPolicies lossy,
      RowPolicies rows,
      DdlPolicies ddl)
      implements SinkConfig {}

  /** Topics of a Kafka cluster; the settings lack the name of the source's database. */
  record Kafka(String name, KafkaSinkSettings settings) implements SinkConfig {}

  /** A SQLite database in a file. */
  record Sqlite(String name, Path path, ExistingRows existing, RowPolicies rows, DdlPolicies ddl)
      implements SinkConfig {
    public Sqlite(String name, Path path, ExistingRows existing) {
      this(name, path, existing, RowPolicies.HALT, DdlPolicies.DEFAULT);
    }
  }

  /**
   * Lines of JSON.
   *
   * @param path empty for standard output
   * @param existing refuse or append
   * @param rotation of a file
   */
  record JsonLines(String name, Optional<Path> path, ExistingRows existing, Rotation rotation)
      implements SinkConfig {
    public JsonLines(String name, Optional<Path> path, ExistingRows existing) {
      this(name, path, existing, Rotation.NEVER);
    }
  }

  /** Of a type that a plug-in provides. */
  record Provided(String name, SinkProvider provider, SinkSettings settings)
      implements SinkConfig {}
}
