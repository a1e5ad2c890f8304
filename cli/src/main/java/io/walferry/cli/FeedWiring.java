package io.walferry.cli;

import io.walferry.apply.ParallelSink;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.PipelineConfig;
import io.walferry.cli.config.RetryConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.SourceConfig;
import io.walferry.deadletter.DeadLetterSink;
import io.walferry.deadletter.RefusedRows;
import io.walferry.kafka.KafkaSink;
import io.walferry.kafka.KafkaSinkSettings;
import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.pipeline.Until;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.DeadLetterSearch;
import io.walferry.sink.LanedSink;
import io.walferry.sink.RevocableSink;
import io.walferry.sink.RowSearch;
import io.walferry.sink.Sink;
import io.walferry.sinks.jsonlines.JsonLinesSink;
import io.walferry.sinks.mysql.MysqlConnector;
import io.walferry.sinks.mysql.MysqlRowSearch;
import io.walferry.sinks.mysql.MysqlSink;
import io.walferry.sinks.mysql.MysqlSinkSettings;
import io.walferry.sinks.postgres.PostgresRowSearch;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import io.walferry.sinks.sqlite.SqliteRowSearch;
import io.walferry.sinks.sqlite.SqliteSettings;
import io.walferry.sinks.sqlite.SqliteSink;
import io.walferry.sinks.sqlserver.SqlServerConnector;
import io.walferry.sinks.sqlserver.SqlServerRowSearch;
import io.walferry.sinks.sqlserver.SqlServerSink;
import io.walferry.sinks.sqlserver.SqlServerSinkSettings;
import io.walferry.stream.SlotKind;
import io.walferry.stream.StreamSettings;
import io.walferry.stream.StreamTiming;
import io.walferry.time.NanoClock;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.TransformedRowSearch;
import io.walferry.transform.TransformedSink;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Puts a feed together from its configuration. */
final class FeedWiring {
  private FeedWiring() {}

  /** A pipeline that is ready to run. */
  static Pipeline pipeline(FeedConfig config, Until until, FeedProgress progress, NanoClock clock) {
    PostgresConnector source =
        new PostgresConnector(config.source().connection(), "walferry " + config.pipeline().name());
    List<Supplier<Sink>> sinks =
        config.sinks().stream().map(to -> sink(to, config, progress::refused, clock)).toList();
    return new Pipeline(settings(config, until, clock), source, sinks, progress);
  }

  static PipelineSettings settings(FeedConfig config, Until until, NanoClock clock) {
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
            source.failover() ? SlotKind.FAILOVER : SlotKind.PERSISTENT,
            load,
            pipeline.onSlotLost(),
            source.upgradedFrom(),
            source.where(),
            source.replaced()),
        StreamSettings.DEFAULT
            .withBuffer(pipeline.bufferBytes())
            .with(
                StreamTiming.DEFAULT
                    .with(pipeline.statusInterval(), StreamTiming.DEFAULT.silenceMax())
                    .with(clock))
            .with(source.output())
            .with(pipeline.spool()),
        new BatchLimits(pipeline.batchRows(), pipeline.batchBytes(), pipeline.batchTime()),
        new RetryPolicy(retry.first(), retry.most(), retry.slotWait()),
        pipeline.loadReaders(),
        pipeline.chunkBytes(),
        source.invalidText(),
        until);
  }

  /** How rows of a destination are looked for; empty if it does not keep rows by their keys. */
  static Optional<RowSearch> rowSearch(SinkConfig config) {
    return switch (config) {
      case SinkConfig.Postgres postgres when postgres.existing().leavesOnlyOurs() ->
          Optional.of(
              new PostgresRowSearch(
                  new PostgresConnector(postgres.connection(), "walferry reload")));
      case SinkConfig.Sqlite sqlite when sqlite.existing().leavesOnlyOurs() ->
          Optional.of(new SqliteRowSearch(sqlite.path()));
      case SinkConfig.Mysql mysql when mysql.existing().leavesOnlyOurs() ->
          Optional.of(new MysqlRowSearch(new MysqlConnector(mysql.connection(), settings(mysql))));
      case SinkConfig.SqlServer sqlServer when sqlServer.existing().leavesOnlyOurs() ->
          Optional.of(
              new SqlServerRowSearch(
                  new SqlServerConnector(sqlServer.connection(), settings(sqlServer))));
      case SinkConfig.Postgres postgres -> Optional.empty();
      case SinkConfig.Mysql mysql -> Optional.empty();
      case SinkConfig.SqlServer sqlServer -> Optional.empty();
      case SinkConfig.Kafka kafka -> Optional.empty();
      case SinkConfig.Sqlite sqlite -> Optional.empty();
      case SinkConfig.JsonLines lines -> Optional.empty();
      case SinkConfig.Provided provided -> Optional.empty();
      case SinkConfig.Transformed(SinkConfig plain, TransformSettings transforms) ->
          rowSearch(plain).map(search -> new TransformedRowSearch(search, transforms));
    };
  }

  /** How letters of a destination are looked for; empty if it keeps none. */
  static Optional<DeadLetterSearch> deadLetters(SinkConfig config) {
    return switch (config.plain()) {
      case SinkConfig.Postgres postgres ->
          Optional.of(
              PostgresSink.letters(
                  new PostgresConnector(postgres.connection(), "walferry deadletters")));
      case SinkConfig.Mysql mysql ->
          Optional.of(MysqlSink.letters(new MysqlConnector(mysql.connection(), settings(mysql))));
      case SinkConfig.SqlServer sqlServer ->
          Optional.of(
              SqlServerSink.letters(
                  new SqlServerConnector(sqlServer.connection(), settings(sqlServer))));
      case SinkConfig.Sqlite sqlite -> Optional.of(SqliteSink.letters(sqlite.path()));
      case SinkConfig.Kafka kafka -> Optional.empty();
      case SinkConfig.JsonLines lines -> Optional.empty();
      case SinkConfig.Provided provided -> Optional.empty();
      case SinkConfig.Transformed transformed -> deadLetters(transformed.plain());
    };
  }

  private static MysqlSinkSettings settings(SinkConfig.Mysql mysql) {
    return MysqlSinkSettings.DEFAULT
        .withExisting(mysql.existing())
        .withSilenceMax(mysql.silence())
        .withPolicies(mysql.lossy())
        .withDdl(mysql.ddl());
  }

  private static SqlServerSinkSettings settings(SinkConfig.SqlServer sqlServer) {
    return SqlServerSinkSettings.DEFAULT
        .withExisting(sqlServer.existing())
        .withSilenceMax(sqlServer.silence())
        .withPolicies(sqlServer.lossy())
        .withDdl(sqlServer.ddl());
  }

  /** Returns the settings of a destination with what it has to know of the feed's source. */
  static KafkaSinkSettings settings(SinkConfig.Kafka kafka, FeedConfig feed) {
    return kafka
        .settings()
        .withDatabase(feed.source().connection().database())
        .with(feed.source().invalidText());
  }

  /** What reaches a server outlives an attempt: it knows whether it was ever let in. */
  private static Supplier<Sink> sink(
      SinkConfig config, FeedConfig feed, RefusedRows heard, NanoClock clock) {
    return switch (config) {
      case SinkConfig.Postgres postgres -> {
        PostgresConnector connector =
            new PostgresConnector(postgres.connection(), "walferry " + feed.pipeline().name());
        PostgresSinkSettings settings =
            PostgresSinkSettings.DEFAULT
                .withExisting(postgres.existing())
                .withSilenceMax(postgres.silence())
                .withDdl(postgres.ddl());
        yield parallel(
            config, postgres.workers(), () -> new PostgresSink(connector, settings), heard, clock);
      }
      case SinkConfig.Mysql mysql -> {
        MysqlSinkSettings settings = settings(mysql);
        MysqlConnector connector = new MysqlConnector(mysql.connection(), settings);
        yield parallel(
            config, mysql.workers(), () -> new MysqlSink(connector, settings), heard, clock);
      }
      case SinkConfig.SqlServer sqlServer -> {
        SqlServerSinkSettings settings = settings(sqlServer);
        SqlServerConnector connector = new SqlServerConnector(sqlServer.connection(), settings);
        yield () -> tolerant(config, new SqlServerSink(connector, settings), heard);
      }
      case SinkConfig.Sqlite sqlite -> {
        SqliteSettings settings =
            SqliteSettings.DEFAULT.withExisting(sqlite.existing()).withDdl(sqlite.ddl());
        yield () -> tolerant(config, new SqliteSink(sqlite.path(), settings), heard);
      }
      case SinkConfig.Kafka kafka -> {
        KafkaSinkSettings settings = settings(kafka, feed);
        yield () -> new KafkaSink(settings, heard, clock);
      }
      case SinkConfig.JsonLines lines ->
          () ->
              lines
                  .path()
                  .map(path -> JsonLinesSink.toFile(path, lines.existing(), lines.rotation()))
                  .orElseGet(JsonLinesSink::toStandardOutput);
      case SinkConfig.Provided provided -> provided.provider().sinks(provided.settings());
      case SinkConfig.Transformed(SinkConfig plain, TransformSettings transforms) -> {
        Supplier<Sink> sinks = sink(plain, feed, heard, clock);
        yield () -> new TransformedSink(sinks.get(), transforms);
      }
    };
  }

  /** With as many batches side by side as the user wants. */
  private static Supplier<Sink> parallel(
      SinkConfig config,
      int workers,
      Supplier<LanedSink> sinks,
      RefusedRows heard,
      NanoClock clock) {
    return () -> {
      LanedSink origin = sinks.get();
      Sink sink = tolerant(config, origin, heard);
      return workers > 1 ? new ParallelSink(sink, origin, workers, clock) : sink;
    };
  }

  /** With what the user wants done about rows that it does not take. */
  private static Sink tolerant(SinkConfig config, RevocableSink sink, RefusedRows heard) {
    return config.rows().halts() ? sink : new DeadLetterSink(sink, config.rows(), heard);
  }
}
