package io.walferry.cli;

import io.walferry.cli.config.PipelineConfig;
import io.walferry.cli.config.RetryConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.SourceConfig;
import io.walferry.cli.config.WalferryConfig;
import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.pipeline.Until;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.Sink;
import io.walferry.sinks.jsonlines.JsonLinesSink;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.sqlite.SqliteSettings;
import io.walferry.sinks.sqlite.SqliteSink;
import io.walferry.stream.StreamSettings;

/** Puts a feed together from its configuration. */
final class FeedWiring {
  private FeedWiring() {}

  /** A pipeline that is ready to run. */
  static Pipeline pipeline(WalferryConfig config, Until until, PipelineListener listener) {
    PostgresConnector source =
        new PostgresConnector(config.source().connection(), "walferry " + config.pipeline().name());
    return new Pipeline(settings(config, until), source, () -> sink(config), listener);
  }

  static PipelineSettings settings(WalferryConfig config, Until until) {
    SourceConfig source = config.source();
    PipelineConfig pipeline = config.pipeline();
    RetryConfig retry = pipeline.retry();
    LoadMode load =
        switch (pipeline.load()) {
          case SNAPSHOT -> LoadMode.SNAPSHOT;
          case NONE -> LoadMode.NONE;
        };
    return new PipelineSettings(
        new FeedSettings(
            pipeline.name(),
            source.slot(),
            source.publication(),
            source.tables(),
            source.create(),
            load),
        new StreamSettings(
            pipeline.bufferBytes(), pipeline.statusInterval(), StreamSettings.DEFAULT.silenceMax()),
        new BatchLimits(pipeline.batchRows(), pipeline.batchBytes(), pipeline.batchTime()),
        new RetryPolicy(retry.first(), retry.most(), retry.slotWait()),
        pipeline.loadReaders(),
        until);
  }

  private static Sink sink(WalferryConfig config) {
    return switch (config.sink()) {
      case SinkConfig.Postgres postgres ->
          new PostgresSink(
              new PostgresConnector(postgres.connection(), "walferry " + config.pipeline().name()),
              PostgresSinkSettings.DEFAULT);
      case SinkConfig.Sqlite sqlite -> new SqliteSink(sqlite.path(), SqliteSettings.DEFAULT);
      case SinkConfig.JsonLines lines ->
          lines.path().map(JsonLinesSink::toFile).orElseGet(JsonLinesSink::toStandardOutput);
    };
  }
}
