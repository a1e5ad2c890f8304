package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.Publications;
import io.walferry.publication.PublishedTable;
import io.walferry.time.Stopwatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether the tables that one destination follows are still what they were: the
 * stream has nothing of a table that no publication carries, nor of what was done to one without a
 * change of a row. Belongs to the pipeline's thread.
 *
 * <p>The catalog is ahead of the stream, which may still tell what was done. So what is seen counts
 * once the stream has passed the place where the log ended at that look, and another look, an
 * interval later, sees the same.
 */
final class ReplacedTables {
  private static final Logger LOG = LoggerFactory.getLogger(ReplacedTables.class);

  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableLines lines;
  private final Replay replay;
  private final RowReloads rows;
  private final Duration interval;
  private Stopwatch sinceLook;

  /** Holds what the last look has seen for the first time, or too early. */
  private Map<TableId, Seen> seen = Map.of();

  /** Holds what counts and has still to be settled. */
  private final List<ReplacedTable> sure = new ArrayList<>();

  /** Remembers what was logged and has no other consequence. */
  private final Set<ReplacedTable> said = new HashSet<>();

  /** Names of tables whose changes do not come any more, and which stop nothing. */
  private final Set<TableId> away = new HashSet<>();

  /**
   * A table that is another one.
   *
   * @param walEnd where the log ended when it was seen first
   */
  private record Seen(ReplacedTable table, Lsn walEnd) {}

  /**
   * Watches the tables of one destination.
   *
   * @param interval between two looks
   */
  ReplacedTables(
      FeedSettings feed,
      FeedEnds ends,
      TableLines lines,
      Replay replay,
      RowReloads rows,
      Duration interval) {
    this.feed = feed;
    this.ends = ends;
    this.lines = lines;
    this.replay = replay;
    this.rows = rows;
    this.interval = interval;
    this.sinceLook = Stopwatch.start(ends.clock());
  }

  /** Tells whether it is time to {@link #look}. */
  boolean isDue() {
    return sinceLook.hasReached(interval);
  }

  /**
   * Looks at the catalog.
   *
   * @param reached how far the stream has come
   */
  void look(Lsn reached) {
    List<ReplacedTable> found = found();
    Lsn walEnd = found.isEmpty() ? Lsn.ZERO : WalEnd.read(ends.sql());
    Map<TableId, Seen> now = new HashMap<>();
    for (ReplacedTable table : found) {
      Seen before = seen.get(table.table());
      if (before == null || !before.table().equals(table)) {
        now.put(table.table(), new Seen(table, walEnd));
      } else if (reached.isBefore(before.walEnd())) {
        now.put(table.table(), before);
      } else {
        sure.add(table);
      }
    }
    seen = now;
    sinceLook = sinceLook.restart();
  }

  /** Tells whether there is something to {@link #settle}. */
  boolean isSure() {
    return !sure.isEmpty();
  }

  /**
   * Does what the settings say with tables that are others by now. What was to be read of them
   * waits no more, and the destination notes what becomes of them with its next commit.
   *
   * @return whether anything has become of a table
   * @throws WalferryException {@code SOURCE_TABLE_REPLACED} or {@code PUBLICATION_INCOMPLETE}
   */
  boolean settle() {
    if (sure.isEmpty()) {
      return false;
    }
    List<PublishedTable> published = new PublicationCatalog(ends.sql()).tables(feed.publication());
    sure.forEach(table -> settle(table, published));
    sure.clear();
    return true;
  }

  private List<ReplacedTable> found() {
    Map<TableId, Integer> oids = lines.oids();
    List<ReplacedTable> found = new ArrayList<>();
    Set<TableId> back = new HashSet<>(lines.suspended());
    if (!(seen.isEmpty() && away.isEmpty()) && !DroppedTables.areTold(ends.sql())) {
      // Nobody has told what was done to it under its other name.
      back.addAll(seen.keySet());
      back.addAll(away);
    }
    for (ReplacedTable table : ReplacedTable.among(ends.sql(), oids)) {
      back.remove(table.table());
      if (lines.vacated(table.table()).isEmpty() || isTaken(table)) {
        found.add(table);
      }
    }
    back.stream()
        .filter(name -> lines.find(name).isPresent())
        .forEach(name -> found.add(ReplacedTable.back(name, oids.getOrDefault(name, 0))));
    found.removeAll(said);
    return found;
  }

  /** Whether a name that was left here is that of a table which nobody follows. */
  private boolean isTaken(ReplacedTable table) {
    return table.successor().isPresent() && lines.nameHeld(table.successor().getAsInt()).isEmpty();
  }

  private void settle(ReplacedTable table, List<PublishedTable> published) {
    Optional<FollowedTable> line =
        lines.find(table.table()).filter(followed -> followed.oid() == table.oid());
    if (line.isPresent()) {
      settle(table, line.get(), published);
    } else if (lines.vacated(table.table()).isPresent()) {
      settleVacated(table, published);
    }
  }

  /** One that is published comes as a table that is new to the feed. */
  private void settleVacated(ReplacedTable table, List<PublishedTable> published) {
    said.add(table);
    if (table.successor(published).isPresent()) {
      return;
    }
    switch (feed.replaced()) {
      case FAIL -> throw failure(ends, feed, table);
      case RELOAD -> requireNoSuccessor(ends, feed, table);
      case LEAVE -> warnOfLeft(table);
    }
  }

  private void settle(ReplacedTable table, FollowedTable line, List<PublishedTable> published) {
    if (table.isGone() || isRetired(table, published)) {
      LOG.warn("Table {}; its rows at the destination stay", table);
      said.add(table);
      away.add(table.table());
      if (lines.suspended().contains(table.table())) {
        forgetReads(table);
        lines.drop(table.table());
      }
    } else if (table.isBack()) {
      comeBack(table, line, published);
    } else {
      switch (feed.replaced()) {
        case FAIL -> throw failure(ends, feed, table);
        case RELOAD -> reload(table, line, published);
        case LEAVE -> {
          warnOfLeft(table);
          forgetReads(table);
          lines.leave(table.table());
        }
      }
    }
  }

  /** Whether the publication has dropped it, and nothing has come to its name. */
  static boolean isRetired(ReplacedTable table, List<PublishedTable> published) {
    return table.successor().isEmpty()
        && published.stream().noneMatch(one -> one.oid() == table.oid());
  }

  /** Follows a table again that has its name back; changes under the other one may be missing. */
  private void comeBack(ReplacedTable table, FollowedTable line, List<PublishedTable> published) {
    away.remove(table.table());
    said.removeIf(former -> former.table().equals(table.table()));
    if (feed.load() != LoadMode.NONE || feed.replaced() == Replacement.RELOAD) {
      reload(table, line, published);
    } else {
      LOG.warn(
          "Table {}: changes made meanwhile may be missing, since 'pipeline.load' is none;"
              + " 'walferry reload' reads it again",
          table);
    }
  }

  /**
   * Takes a table that comes to a name which another one has left with its rows: it is loaded in
   * their place. In the middle of the stream, which has told of it.
   *
   * @return whether the settings say so
   */
  boolean takes(PublishedTable table) {
    Optional<FollowedTable> former = lines.vacated(table.table());
    if (former.isEmpty() || feed.replaced() != Replacement.RELOAD) {
      return false;
    }
    LOG.warn("Table {} has the name of one that was followed: it is loaded again", table);
    load(table, former.get());
    return true;
  }

  private void load(PublishedTable table, FollowedTable former) {
    lines.note(table.table(), former.replacedBy(table));
    lines.noteReloads(List.of(table));
    replay.loadSoon(table, true);
  }

  private void reload(ReplacedTable table, FollowedTable line, List<PublishedTable> published) {
    Optional<PublishedTable> successor = table.successor(published);
    forgetReads(table);
    if (successor.isPresent()) {
      warnOfReload(table);
      load(successor.get(), line);
    } else {
      requireNoSuccessor(ends, feed, table);
      warnOfRenamed(table);
      lines.drop(table.table());
    }
  }

  private void forgetReads(ReplacedTable table) {
    replay.forget(table.table());
    boolean unused = rows.forget(table.table());
  }

  /**
   * Has a table wait for the next look, which the stream shows to be another one: what comes of it
   * is left out, and the ledger says that its rows do not count.
   *
   * @throws WalferryException {@code SOURCE_TABLE_REPLACED} if nothing is to be done about it, or
   *     the source should have told of it
   */
  void suspend(TableId table, String why) {
    if (feed.replaced() == Replacement.FAIL || isToldOtherwise(table)) {
      throw failure(why);
    }
    LOG.warn("{}: its changes are left out until the catalog shows what has become of it", why);
    lines.suspend(table);
  }

  /** Whether the source has told of the name that the catalog has. */
  private boolean isToldOtherwise(TableId table) {
    int oid = lines.find(table).orElseThrow().oid();
    return DroppedTables.areTold(ends.sql())
        && ReplacedTable.among(ends.sql(), Map.of(table, oid)).isEmpty();
  }

  /** How far the stream has to come until it is known what the tables are that wait for that. */
  Lsn end() {
    return seen.values().stream()
        .filter(one -> lines.suspended().contains(one.table().table()))
        .map(Seen::walEnd)
        .reduce(Lsn.ZERO, Lsn::max);
  }

  /** Tells whether changes are left out until the next looks. */
  boolean isWaiting() {
    return !lines.suspended().isEmpty();
  }

  static void warnOfReload(ReplacedTable table) {
    LOG.warn("Table {}: it is loaded again", table);
  }

  static void warnOfLeft(ReplacedTable table) {
    LOG.warn(
        "Table {}: its rows at the destination stay as they are, and no change of it, nor of one"
            + " that has its name, is followed until a start finds it as it was, or has"
            + " 'source.replaced: reload'",
        table);
  }

  static void warnOfRenamed(ReplacedTable table) {
    LOG.warn(
        "Table {}: its rows at the destination stay as they are; if the feed asks for it under that"
            + " name, it is followed as a new table",
        table);
  }

  private static WalferryException failure(String why) {
    return new WalferryException(
        ErrorCode.SOURCE_TABLE_REPLACED, "a table was replaced at the source: " + why);
  }

  /** Returns the failure of a feed that must not go on past such a table. */
  static WalferryException failure(FeedEnds ends, FeedSettings feed, ReplacedTable table) {
    return failure(table + lacking(ends, feed, table).map(it -> "; " + it).orElse(""));
  }

  /**
   * Sees that no table has the name which no publication carries. One whose partitions are carried
   * under their own names is none that could be loaded; these come as new tables.
   *
   * @throws WalferryException {@code PUBLICATION_INCOMPLETE}
   */
  static void requireNoSuccessor(FeedEnds ends, FeedSettings feed, ReplacedTable table) {
    Optional<String> lacking = lacking(ends, feed, table);
    if (lacking.isPresent()) {
      throw new WalferryException(
          ErrorCode.PUBLICATION_INCOMPLETE,
          "a table was replaced at the source, and cannot be loaded again: "
              + table
              + "; "
              + lacking.get());
    }
  }

  private static Optional<String> lacking(FeedEnds ends, FeedSettings feed, ReplacedTable table) {
    return table.successor().isEmpty()
        ? Optional.empty()
        : new Publications(ends.sql()).lacking(feed.publication(), List.of(table.table()));
  }
}
