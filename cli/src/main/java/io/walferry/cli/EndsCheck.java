package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.SourceConfig;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresConnector;
import io.walferry.preflight.Preflight;
import io.walferry.preflight.ReadinessQuestion;
import io.walferry.preflight.ReadinessReport;
import io.walferry.publication.TablePattern;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What both ends of a pipeline say before it runs.
 *
 * @param report what the source says; empty if it was not asked, or if something is in the way
 * @param obstacle why an end cannot be used at all
 */
record EndsCheck(FeedConfig feed, Optional<ReadinessReport> report, Optional<Exception> obstacle) {

  static EndsCheck none(FeedConfig feed) {
    return new EndsCheck(feed, Optional.empty(), Optional.empty());
  }

  /** Reaches both ends and changes nothing. */
  static EndsCheck of(FeedConfig feed) {
    try {
      DestinationCheck.requireWritable(feed.sinks());
      return new EndsCheck(feed, Optional.of(askSource(feed.source())), Optional.empty());
    } catch (SQLException | WalferryException e) {
      return new EndsCheck(feed, Optional.empty(), Optional.of(e));
    }
  }

  private static ReadinessReport askSource(SourceConfig source) throws SQLException {
    PostgresConnector connector = new PostgresConnector(source.connection(), "walferry validate");
    List<TablePattern> tables = source.tables().stream().map(TablePattern::parse).toList();
    try (Connection connection = connector.connect()) {
      return new Preflight(connection)
          .check(
              new ReadinessQuestion(
                  Optional.of(source.publication()),
                  Optional.of(source.slot()),
                  source.failover(),
                  tables,
                  source.where()));
    }
  }

  /** As {@code from …, slot …, to …}. */
  String route() {
    return "from %s, slot %s, to %s"
        .formatted(
            feed.source().connection().display(),
            feed.source().slot(),
            feed.sinks().stream().map(SinkConfig::name).collect(Collectors.joining(", ")));
  }

  /** The process's, as far as this pipeline is concerned. */
  int exitStatus() {
    return obstacle
        .map(cause -> Failure.of(cause).code().exitStatus())
        .orElseGet(() -> report.map(ReadinessReport::ready).orElse(true) ? 0 : 1);
  }
}
