package io.walferry.pipeline;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tables that the stream shows and the destination has not met: which of them it is to meet, and
 * when. Belongs to the pipeline's thread.
 */
final class UnmetTables {
  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableSelection selection;
  private final TableLines lines;
  private final Replay replay;

  /** Relations that are not to be followed, as was decided when they were looked for. */
  private final Set<Relation> refused = new HashSet<>();

  /** Names to which tables have come that are not met, since others still have them here. */
  private final Set<TableId> awaited = new HashSet<>();

  UnmetTables(
      FeedSettings feed, FeedEnds ends, TableSelection selection, TableLines lines, Replay replay) {
    this.feed = feed;
    this.ends = ends;
    this.selection = selection;
    this.lines = lines;
    this.replay = replay;
  }

  /** The publication, or what tables are called, may have changed. */
  void lookAgain() {
    refused.clear();
  }

  /** The table of a relation if it is to be met; asked for each row of one that is not. */
  Optional<PublishedTable> find(Relation relation) {
    if (refused.contains(relation)) {
      return Optional.empty();
    }
    Optional<PublishedTable> found = find(relation.oid(), relation.table());
    if (found.isEmpty()) {
      refused.add(relation);
    }
    return found;
  }

  /** Not if it is gone again, or has another name by now, under which it will be met. */
  Optional<PublishedTable> find(int oid, TableId name) {
    return new PublicationCatalog(ends.sql())
        .tables(feed.publication()).stream()
            .filter(table -> table.oid() == oid && table.table().equals(name))
            .filter(ends.sink()::admits)
            .findFirst();
  }

  /**
   * Whether a name is still that of another table here, which waits for a name of its own: the
   * table that has come to it is met when it is free.
   */
  boolean awaits(TableId name) {
    boolean isToPlan = replay.isToPlan(name);
    if (isToPlan) {
      awaited.add(name);
    }
    return isToPlan;
  }

  /** Tables that are to be met, since the names that they have come to are free. */
  List<PublishedTable> free() {
    List<TableId> free =
        awaited.stream().filter(name -> lines.held(name).isEmpty()).sorted().toList();
    if (free.isEmpty()) {
      return List.of();
    }
    free.forEach(awaited::remove);
    lookAgain();
    return new PublicationCatalog(ends.sql())
        .tables(feed.publication()).stream()
            .filter(table -> free.contains(table.table()) && selection.includes(table.table()))
            .filter(table -> lines.nameHeld(table.oid()).isEmpty())
            .filter(table -> !lines.isLeft(table.oid(), table.table()))
            .filter(ends.sink()::admits)
            .toList();
  }

  /**
   * Follows a table from here on. Its name is free.
   *
   * @param commit makes everything durable that has come before it, with what is noted
   */
  void meet(PublishedTable table, Runnable commit) {
    if (feed.load() == LoadMode.NONE) {
      ends.sink().resume(List.of(table));
      lines.note(List.of(table));
      lines.requireUnmoved(List.of(table));
      return;
    }
    lines.know(table);
    new Newcomers(ends.sink()).prepare(List.of(table), commit);
    replay.loadSoon(table, false);
  }
}
