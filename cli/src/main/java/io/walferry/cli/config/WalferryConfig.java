package io.walferry.cli.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The whole of {@code walferry.yaml}.
 *
 * @param feeds in the order of the file; their names differ; never empty
 * @param several whether the file has the form for several pipelines, though it may hold one
 * @param listen where the process answers questions, if it does
 */
public record WalferryConfig(
    List<FeedConfig> feeds, boolean several, Optional<InetSocketAddress> listen) {
  public WalferryConfig {
    feeds = List.copyOf(feeds);
    if (feeds.isEmpty()) {
      throw new IllegalArgumentException("a configuration needs a pipeline");
    }
  }

  static WalferryConfig several(List<FeedConfig> feeds) {
    return new WalferryConfig(feeds, true, Optional.empty());
  }

  WalferryConfig listening(Optional<InetSocketAddress> address) {
    return new WalferryConfig(feeds, several, address);
  }

  static WalferryConfig single(FeedConfig feed) {
    return new WalferryConfig(List.of(feed), false, Optional.empty());
  }
}
