package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.TablePattern;
import java.sql.Connection;
import java.util.List;

/** Which tables a feed follows, as the source's catalog says now. */
final class FeedTables {
  private FeedTables() {}

  static List<PublishedTable> of(FeedConfig feed, Connection source) {
    List<TablePattern> followed = feed.source().tables().stream().map(TablePattern::parse).toList();
    return new PublicationCatalog(source)
        .tables(feed.source().publication()).stream()
            .filter(
                published ->
                    followed.isEmpty()
                        || followed.stream().anyMatch(it -> it.matches(published.table())))
            .toList();
  }
}
