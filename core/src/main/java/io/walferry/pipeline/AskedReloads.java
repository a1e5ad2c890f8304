package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What messages of the stream ask a feed to read again. Belongs to the pipeline's thread. */
final class AskedReloads {
  private static final Logger LOG = LoggerFactory.getLogger(AskedReloads.class);

  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableLines lines;
  private final Replay replay;
  private final RowReloads rows;

  AskedReloads(FeedSettings feed, FeedEnds ends, TableLines lines, Replay replay, RowReloads rows) {
    this.feed = feed;
    this.ends = ends;
    this.lines = lines;
    this.replay = replay;
    this.rows = rows;
  }

  /** Loads a table again if the message asks this feed for it. */
  void reload(Change.Message message) {
    for (PublishedTable table : followed()) {
      if (new ReloadRequest(feed.slot(), table.table()).isSaidBy(message)) {
        LOG.info("Table {} is loaded again, as asked for", table);
        replay.loadSoon(table, true);
      }
    }
  }

  /** As the catalog has them now, under the names that they have at this place of the stream. */
  private List<PublishedTable> followed() {
    return new PublicationCatalog(ends.sql())
        .tables(feed.publication()).stream()
            .flatMap(table -> lines.nameOf(table.oid()).map(table::named).stream())
            .toList();
  }

  /** Reads rows again if the message asks this feed for them. */
  void reloadRows(Change.Message message) {
    RowReloadRequest.of(message)
        .filter(
            request ->
                request.slot().equals(feed.slot()) && lines.find(request.table()).isPresent())
        .ifPresent(this::reloadRows);
  }

  private void reloadRows(RowReloadRequest request) {
    Optional<PublishedTable> table =
        followed().stream()
            .filter(published -> published.table().equals(request.table()))
            .findFirst();
    if (table.isEmpty() || !ends.sink().capabilities().replacesRows()) {
      LOG.warn(
          "Rows of table {} are not read again, as asked for: {}",
          request.table(),
          table.isEmpty()
              ? "it is not published any more"
              : "this destination does not replace rows by their keys, or may have others");
      return;
    }
    LOG.info(
        "{} rows of table {} are read again, as asked for",
        request.rows().keys().size(),
        request.table());
    rows.want(table.get(), request.rows());
  }
}
