package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which relations of the stream are followed: those that the feed selects and the destination
 * knows. One that the destination has not met (a new table, or one that the publication has come to
 * carry) is loaded while the feed runs; until then its changes are left out. Belongs to the
 * pipeline's thread.
 */
final class FollowedTables {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedTables.class);

  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableSelection selection;
  private final Replay replay;
  private final RowReloads rows;
  private final Set<TableId> known = new HashSet<>();

  /** What was decided of relations that were not known at the start. */
  private final Map<Relation, Boolean> met = new HashMap<>();

  FollowedTables(
      FeedSettings feed,
      FeedEnds ends,
      TableSelection selection,
      List<PublishedTable> tables,
      Replay replay,
      RowReloads rows) {
    this.feed = feed;
    this.ends = ends;
    this.selection = selection;
    this.replay = replay;
    this.rows = rows;
    tables.forEach(table -> known.add(table.table()));
  }

  /** Whether changes of the relation are to be applied. */
  boolean includes(Relation relation) {
    return selection.includes(relation)
        && (known.contains(relation.table()) || met.computeIfAbsent(relation, this::meet));
  }

  private boolean meet(Relation relation) {
    Optional<PublishedTable> found =
        new PublicationCatalog(ends.sql())
            .tables(feed.publication()).stream()
                .filter(table -> table.oid() == relation.oid())
                .filter(table -> table.table().equals(relation.table()))
                .findFirst();
    if (found.isEmpty()) {
      // It is gone again, or has another name by now, under which it will be met.
      return false;
    }
    PublishedTable table = found.get();
    known.add(table.table());
    if (feed.load() == LoadMode.NONE) {
      ends.sink().resume(List.of(table));
      ends.sink().note(List.of(FollowedTable.line(table)));
      return true;
    }
    ends.sink().prepare(List.of(table));
    replay.loadSoon(table, false);
    return true;
  }

  /** Loads a table again if the message asks this feed for it. */
  void reload(Change.Message message) {
    for (PublishedTable table : new PublicationCatalog(ends.sql()).tables(feed.publication())) {
      if (known.contains(table.table())
          && new ReloadRequest(feed.slot(), table.table()).isSaidBy(message)) {
        LOG.info("Table {} is loaded again, as asked for", table);
        replay.loadSoon(table, true);
      }
    }
  }

  /** Reads rows again if the message asks this feed for them. */
  void reloadRows(Change.Message message) {
    RowReloadRequest.of(message)
        .filter(request -> request.slot().equals(feed.slot()) && known.contains(request.table()))
        .ifPresent(this::reloadRows);
  }

  private void reloadRows(RowReloadRequest request) {
    Optional<PublishedTable> table =
        new PublicationCatalog(ends.sql())
            .tables(feed.publication()).stream()
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
