package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final PublicationWatch watch;
  private final Map<TableId, FollowedTable> known = new HashMap<>();

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
    this.watch = new PublicationWatch(ends.sql(), feed.publication());
    tables.forEach(this::know);
  }

  private void know(PublishedTable table) {
    known.put(table.table(), FollowedTable.of(table));
  }

  /**
   * Looks at the catalog again, since the server has announced a relation: it does so if the
   * publication may have changed. A table that left it and came back is loaded again, before the
   * changes that follow meet rows that are not there. The catalog is ahead of the stream as a rule,
   * so this may be too early, but what is read now has all that was left out before.
   *
   * @param xid of the transaction that the announcement came in
   */
  void announced(Xid xid) {
    met.clear();
    if (watch.hasChanged(xid)) {
      compare();
    }
  }

  /** Looks once more as long as transactions of the announcement's time have not been seen. */
  void lookAgain() {
    if (watch.isDue() && watch.hasChangedMeanwhile()) {
      met.clear();
      compare();
    }
  }

  private void compare() {
    for (PublishedTable table : new PublicationCatalog(ends.sql()).tables(feed.publication())) {
      FollowedTable followed = known.get(table.table());
      if (followed != null && followed.oid() == table.oid()) {
        compare(followed, table);
      }
    }
  }

  private void compare(FollowedTable followed, PublishedTable now) {
    if (!followed.wasLeftOut(now)) {
      if (!followed.routes().equals(now.routes())) {
        FollowedTable widened = followed.by(now.routes());
        known.put(now.table(), widened);
        ends.sink().note(List.of(widened.line(now.table())));
      }
      return;
    }
    know(now);
    if (loadsAgain(feed, now)) {
      replay.loadSoon(now, true);
    } else {
      ends.sink().note(List.of(followed.by(now.routes()).line(now.table())));
    }
  }

  /** Decides and says what becomes of a table that was left out for a while. */
  static boolean loadsAgain(FeedSettings feed, PublishedTable table) {
    boolean again = feed.load() != LoadMode.NONE;
    LOG.warn(
        "Table {} has left publication {} and come back, or is carried with other rows or columns"
            + " now: {}",
        table,
        feed.publication(),
        again
            ? "it is loaded again"
            : "changes made meanwhile are missing, since 'pipeline.load' is none; 'walferry reload'"
                + " reads it again");
    return again;
  }

  /** Whether changes of the relation are to be applied. */
  boolean includes(Relation relation) {
    return selection.includes(relation)
        && (known.containsKey(relation.table()) || met.computeIfAbsent(relation, this::meet));
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
    know(table);
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
      if (known.containsKey(table.table())
          && new ReloadRequest(feed.slot(), table.table()).isSaidBy(message)) {
        LOG.info("Table {} is loaded again, as asked for", table);
        replay.loadSoon(table, true);
      }
    }
  }

  /** Reads rows again if the message asks this feed for them. */
  void reloadRows(Change.Message message) {
    RowReloadRequest.of(message)
        .filter(request -> request.slot().equals(feed.slot()) && known.containsKey(request.table()))
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
