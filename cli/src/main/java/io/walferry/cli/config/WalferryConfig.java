package io.walferry.cli.config;

import java.util.List;

/**
 * The whole of {@code walferry.yaml}.
 *
 * @param feeds in the order of the file; their names differ; never empty
 * @param several whether the file has the form for several pipelines, though it may hold one
 */
public record WalferryConfig(List<FeedConfig> feeds, boolean several) {
  public WalferryConfig {
    feeds = List.copyOf(feeds);
    if (feeds.isEmpty()) {
      throw new IllegalArgumentException("a configuration needs a pipeline");
    }
  }

  static WalferryConfig single(FeedConfig feed) {
    return new WalferryConfig(List.of(feed), false);
  }
}
