package io.walferry.cli.config;

import java.util.List;

/**
 * One pipeline: from where, to where, and how.
 *
 * @param name what the user calls it; the position's name at the destinations may be another
 * @param sinks in the order of the file; their names differ; never empty
 */
public record FeedConfig(
    String name, SourceConfig source, List<SinkConfig> sinks, PipelineConfig pipeline) {
  public FeedConfig {
    sinks = List.copyOf(sinks);
    if (sinks.isEmpty()) {
      throw new IllegalArgumentException("a pipeline needs a sink");
    }
  }
}
