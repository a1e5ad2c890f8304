package io.walferry.bench.apply;

import io.walferry.apply.ParallelSink;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.LanedSink;
import io.walferry.sink.Sink;
import io.walferry.sinks.mysql.MysqlConnector;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.mysql.MysqlSink;
import io.walferry.sinks.mysql.MysqlSinkSettings;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.sqlite.SqliteSettings;
import io.walferry.sinks.sqlite.SqliteSink;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/** Walferry's sink for a destination, with every default but for a number of workers, if given. */
public final class SinkClient {
  private SinkClient() {}

  public static void main(String[] arguments) throws SQLException {
    ApplyTask task = ApplyTask.of(arguments);
    Sink sink = sink(task.destination());
    Sink taking =
        task.arguments().stream()
            .findFirst()
            .<Sink>map(lanes -> parallel(sink, Integer.parseInt(lanes)))
            .orElse(sink);
    try (SinkApplier applier = new SinkApplier(task, taking)) {
      LoggedChanges.apply(task, applier);
    }
  }

  private static Sink parallel(Sink sink, int lanes) {
    return new ParallelSink(sink, (LanedSink) sink, lanes, NanoClock.system());
  }

  private static Sink sink(String destination) {
    if (destination.startsWith("mysql:")) {
      MysqlSinkSettings settings = MysqlSinkSettings.DEFAULT;
      return new MysqlSink(
          new MysqlConnector(MysqlSettings.parse(destination), settings), settings);
    }
    if (destination.startsWith("postgresql:")) {
      return new PostgresSink(
          new PostgresConnector(ConnectionSettings.parse(destination, Map.of()), "walferry bench"),
          PostgresSinkSettings.DEFAULT);
    }
    return new SqliteSink(Path.of(destination), SqliteSettings.DEFAULT);
  }
}
