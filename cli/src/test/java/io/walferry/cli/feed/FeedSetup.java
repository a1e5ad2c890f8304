package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.pipeline.BatchLimits;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.Replacement;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.pipeline.Until;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.InvalidText;
import io.walferry.sink.Sink;
import io.walferry.sinks.sqlite.SqliteSettings;
import io.walferry.sinks.sqlite.SqliteSink;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.TablePolicies;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.spool.SpoolSettings;
import io.walferry.stream.StreamSettings;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What feeds in tests have in common: short waits, and names that belong to one database. */
final class FeedSetup {
  /** A copy is equal in every column. */
  static final DdlPolicies DDL =
      new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY)
          .with(new TablePolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY));

  /** Columns hold every value of the workload, as text where no other type does. */
  static final LossPolicies TEXTS = texts();

  private static final int STREAMS_SINCE = 14;

  private FeedSetup() {}

  private static LossPolicies texts() {
    LossPolicies texts = LossPolicies.FAIL;
    for (TypeFamily family : TypeFamily.values()) {
      texts = texts.with(family, LossPolicy.TEXT);
    }
    return texts;
  }

  static PipelineSettings settings(String name, List<String> tables) {
    return new PipelineSettings(
        new FeedSettings(name, name, name, tables, true, LoadMode.SNAPSHOT),
        StreamSettings.DEFAULT
            .withBuffer(1 << 20)
            .with(Duration.ofMillis(100), Duration.ofSeconds(20)),
        new BatchLimits(500, 1 << 20, Duration.ofMillis(5)),
        new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(20)),
        3,
        64 << 10,
        InvalidText.FAIL,
        Until.Stopped.STOPPED);
  }

  static PipelineSettings settings(String name, List<String> tables, Replacement replaced) {
    PipelineSettings settings = settings(name, tables);
    return settings.with(settings.feed().replaced(replaced));
  }

  /** Replaces the clock that the feed waits by. */
  static PipelineSettings by(NanoClock clock, PipelineSettings settings) {
    StreamSettings stream = settings.stream();
    return settings.with(stream.with(stream.timing().with(clock)));
  }

  /** With what was committed in a spool first, in segments of 1 MiB. */
  static PipelineSettings durable(PipelineSettings settings, Path spool) {
    return durable(settings, spool, 16 << 20);
  }

  static PipelineSettings durable(PipelineSettings settings, Path spool, long diskBytes) {
    return settings.with(settings.stream().with(new SpoolSettings(spool, 0, diskBytes).durably()));
  }

  /** One reader of small chunks, so that they come one after the other. */
  static PipelineSettings oneReader(String name, List<String> tables) {
    return oneReader(name, tables, 32 << 10);
  }

  static PipelineSettings oneReader(String name, List<String> tables, long chunkBytes) {
    return settings(name, tables).withLoad(1, chunkBytes);
  }

  static void run(PipelineSettings settings, Database source, List<Supplier<Sink>> sinks) {
    new Pipeline(settings, connector(source.uri()), sinks, PipelineListener.SILENT).run();
  }

  /**
   * Brings the destination up to date. A feed can be stopped behind a commit that has emptied a
   * table and before the load that fills it; a run that ends by itself ends behind that.
   */
  static void catchUp(PipelineSettings settings, Database source, List<Supplier<Sink>> sinks) {
    run(settings.with(Until.Now.NOW), source, sinks);
  }

  /** The same for the feed of the workload's tables. */
  static void catchUp(Database source, Destination destination) {
    catchUp(settings(source.name(), WorkloadFeedTest.TABLES), source, List.of(destination::sink));
  }

  static PostgresConnector connector(String uri) {
    return new PostgresConnector(ConnectionSettings.parse(uri, Map.of()), "feed test");
  }

  static SqliteSink sqlite(Path file) {
    return new SqliteSink(file, SqliteSettings.DEFAULT.withDdl(DDL));
  }

  static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /** Makes the server stream even small transactions while they are in progress. */
  static void streamEarly(Database database) throws SQLException {
    if (database.server().major() >= STREAMS_SINCE) {
      database.execute(
          "ALTER DATABASE \"%s\" SET logical_decoding_work_mem = '64kB'"
              .formatted(database.name()));
    }
  }

  /** The end of a record that is written now: what committed before is at or before it. */
  static Lsn walEnd(Database database) throws SQLException {
    return Lsn.parse(database.walEnd());
  }

  /** The first column of the first row, as text. */
  static ComparisonResult compare(Database source, Path file, List<TableName> tables)
      throws SQLException {
    try (Connection left = source.connect();
        Connection right = open(file)) {
      return DatabaseComparison.between(left, right)
          .tables(tables)
          .mapping(
              table ->
                  new TableName(
                      "main",
                      table.schema().equals("public")
                          ? table.name()
                          : table.schema() + "." + table.name()))
          .compare();
    }
  }
}
