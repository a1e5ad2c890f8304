package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.Sink;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of tables at the start of a destination that has followed some. Where the source
 * tells of DDL, the catalog is ahead of the stream: a table keeps the name that the destination
 * has, and one that was dropped is kept in the ledger, until the stream says so.
 */
final class StartTables {
  private static final Logger LOG = LoggerFactory.getLogger(StartTables.class);

  private static final Set<LedgerEntry.Kind> OF_ROWS =
      EnumSet.complementOf(EnumSet.of(LedgerEntry.Kind.TABLE));

  private final FeedLedger ledger;
  private final List<PublishedTable> known;
  private final List<PublishedTable> added;
  private final List<TableId> gone;
  private final Set<TableId> dropped;

  /** Those that are left as they are. */
  private final Set<TableId> left;

  /** Names under which tables are followed that have another one by now. */
  private final Set<TableId> astray;

  /** Those of them, and of tables that are gone, of which the stream does not tell. */
  private final Map<TableId, ReplacedTable> replaced;

  private StartTables(
      FeedLedger ledger,
      List<PublishedTable> known,
      List<PublishedTable> published,
      Set<TableId> dropped,
      Set<TableId> astray,
      Map<TableId, ReplacedTable> replaced,
      Set<TableId> left) {
    this.ledger = ledger;
    this.known = known;
    this.dropped = dropped;
    this.astray = astray;
    this.replaced = replaced;
    this.left = left;
    Set<TableId> names = known.stream().map(PublishedTable::table).collect(Collectors.toSet());
    this.gone =
        ledger.tables().stream()
            .filter(table -> !names.contains(table) && !left.contains(table))
            .toList();
    this.added =
        added(published, names).stream()
            .filter(table -> astray.isEmpty() || ledger.isNewcomer(table))
            .toList();
  }

  /**
   * A name is free once the stream has come to where the table is dropped that has it. One that was
   * dropped while tables were looked at may still be among those that are published.
   */
  private List<PublishedTable> added(List<PublishedTable> published, Set<TableId> names) {
    Set<Integer> oids = known.stream().map(PublishedTable::oid).collect(Collectors.toSet());
    dropped.forEach(table -> oids.add(ledger.followed(table).orElseThrow().oid()));
    left.forEach(table -> oids.add(ledger.followed(table).orElseThrow().oid()));
    return published.stream()
        .filter(table -> !oids.contains(table.oid()) && !names.contains(table.table()))
        .filter(table -> !dropped.contains(table.table()) && !left.contains(table.table()))
        .toList();
  }

  /**
   * Of what the publication carries now.
   *
   * @param tables those that the feed asks for
   * @param numbered whether tables have the numbers that the ledger knows
   * @throws WalferryException {@code SOURCE_TABLE_REPLACED} if one of them has another name, or
   *     another one its name, the source does not tell of that, and nothing is to be done about it;
   *     {@code PUBLICATION_INCOMPLETE} if the other one is to be loaded, and is not published
   */
  static StartTables of(
      FeedEnds ends,
      FeedSettings feed,
      List<PublishedTable> tables,
      FeedLedger ledger,
      boolean numbered) {
    List<PublishedTable> published = new PublicationCatalog(ends.sql()).tables(feed.publication());
    Set<TableId> dropped = dropped(ends.sql(), ledger);
    if (numbered && DroppedTables.areTold(ends.sql())) {
      return told(feed, published, ledger, dropped);
    }
    Map<TableId, ReplacedTable> replaced =
        replaced(ends.sql(), feed, ledger).stream()
            .filter(table -> !dropped.contains(table.table()))
            .filter(table -> !ReplacedTables.isRetired(table, published))
            .collect(Collectors.toMap(ReplacedTable::table, Function.identity()));
    boolean leaves = feed.replaced() == Replacement.LEAVE;
    List<PublishedTable> known = new ArrayList<>();
    for (PublishedTable table : tables) {
      Optional<FollowedTable> line = ledger.followed(table.table());
      if (line.isPresent() && !dropped.contains(table.table())) {
        ReplacedTable other = replaced.get(table.table());
        if (other == null) {
          requireSame(table, line.get());
          known.add(table);
        } else if (!leaves && other.successor(tables).isPresent()) {
          known.add(table);
        }
      }
    }
    replaced.values().forEach(table -> judge(ends, feed, table, known));
    takeVacated(feed, ledger, tables, known, replaced);
    StartTables start =
        new StartTables(
            ledger,
            known,
            tables,
            dropped,
            Set.of(),
            replaced,
            leaves ? replaced.keySet() : Set.of());
    start.requireNoneBack(published, new TableSelection(feed.tables(), List.of()));
    return start;
  }

  /** Tables that have come to names where others have left their rows, if they are to be loaded. */
  private static void takeVacated(
      FeedSettings feed,
      FeedLedger ledger,
      List<PublishedTable> tables,
      List<PublishedTable> known,
      Map<TableId, ReplacedTable> replaced) {
    if (feed.replaced() != Replacement.RELOAD) {
      return;
    }
    for (PublishedTable table : tables) {
      FollowedTable former = ledger.vacated().get(table.table());
      if (former != null && known.stream().noneMatch(one -> one.oid() == table.oid())) {
        ReplacedTable other =
            new ReplacedTable(
                table.table(), former.oid(), Optional.empty(), OptionalInt.of(table.oid()));
        ReplacedTables.warnOfReload(other);
        known.add(table);
        replaced.put(table.table(), other);
      }
    }
  }

  /** Those that the feed asks for under the names by which they were followed. */
  private static List<ReplacedTable> replaced(
      Connection sql, FeedSettings feed, FeedLedger ledger) {
    TableSelection selection = new TableSelection(feed.tables(), List.of());
    Map<TableId, Integer> oids = oids(ledger);
    oids.keySet().removeIf(table -> !selection.includes(table));
    return ReplacedTable.among(sql, oids).stream().filter(table -> !table.isGone()).toList();
  }

  /**
   * Names that a feed asks for and does not follow any more, so that nothing need carry them: those
   * whose tables it leaves as they are.
   */
  static Set<TableId> left(Connection sql, FeedSettings feed, FeedLedger ledger) {
    if (feed.replaced() != Replacement.LEAVE) {
      return Set.of();
    }
    Set<TableId> left = new HashSet<>(ledger.vacated().keySet());
    if (!DroppedTables.areTold(sql)) {
      replaced(sql, feed, ledger).forEach(table -> left.add(table.table()));
    }
    return left;
  }

  /** Does what the settings say, as far as nobody is asked for more. */
  private static void judge(
      FeedEnds ends, FeedSettings feed, ReplacedTable table, List<PublishedTable> known) {
    switch (feed.replaced()) {
      case FAIL -> throw ReplacedTables.failure(ends, feed, table);
      case LEAVE -> ReplacedTables.warnOfLeft(table);
      case RELOAD -> {
        if (table.successor(known).isPresent()) {
          ReplacedTables.warnOfReload(table);
        } else {
          ReplacedTables.requireNoSuccessor(ends, feed, table);
          ReplacedTables.warnOfRenamed(table);
        }
      }
    }
  }

  /** It may have become another one since the replaced ones were looked for. */
  private static void requireSame(PublishedTable table, FollowedTable line) {
    if (table.oid() != line.oid()) {
      throw new WalferryException(
          ErrorCode.SOURCE_SCHEMA_MOVING,
          "table " + table + " was replaced while it was looked at");
    }
  }

  private static Map<TableId, Integer> oids(FeedLedger ledger) {
    return ledger.tables().stream()
        .collect(
            Collectors.toMap(table -> table, table -> ledger.followed(table).orElseThrow().oid()));
  }

  private static Set<TableId> dropped(Connection sql, FeedLedger ledger) {
    Map<TableId, Integer> oids = oids(ledger);
    Set<Integer> gone = DroppedTables.among(sql, oids.values());
    return oids.keySet().stream()
        .filter(table -> gone.contains(oids.get(table)))
        .collect(Collectors.toSet());
  }

  /** Tables are those of their numbers, whatever their names are by now. */
  private static StartTables told(
      FeedSettings feed, List<PublishedTable> published, FeedLedger ledger, Set<TableId> dropped) {
    TableSelection selection = new TableSelection(feed.tables(), published);
    Map<Integer, PublishedTable> numbers =
        published.stream().collect(Collectors.toMap(PublishedTable::oid, Function.identity()));
    List<PublishedTable> known = new ArrayList<>();
    Set<TableId> astray = new HashSet<>();
    for (TableId name : ledger.tables()) {
      FollowedTable line = ledger.followed(name).orElseThrow();
      Optional<PublishedTable> now = Optional.ofNullable(numbers.get(line.oid()));
      if (now.isPresent() && selection.includes(name) && !dropped.contains(name)) {
        known.add(now.get().named(name));
        if (!now.get().table().equals(name)) {
          requireSince(line, now.get(), name);
          astray.add(name);
        }
      }
    }
    Map<TableId, ReplacedTable> replaced = new HashMap<>();
    takeVacated(feed, ledger, selection.tables(), known, replaced);
    return new StartTables(ledger, known, selection.tables(), dropped, astray, replaced, Set.of());
  }

  /** From when on its name is known, so that the stream has to tell of another one. */
  private static void requireSince(FollowedTable line, PublishedTable now, TableId name) {
    if (line.since().equals(FollowedTable.UNKNOWN)) {
      throw renamed(name, now);
    }
  }

  /** One that is not asked for any more has come back since the feed's tables were looked for. */
  private void requireNoneBack(List<PublishedTable> published, TableSelection selection) {
    Map<Integer, TableId> names =
        published.stream().collect(Collectors.toMap(PublishedTable::oid, PublishedTable::table));
    for (TableId table : gone) {
      TableId name = names.get(ledger.followed(table).orElseThrow().oid());
      if (table.equals(name) && selection.includes(table)) {
        throw new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "table " + table + " was not published a moment ago, and is by now");
      }
    }
  }

  private static WalferryException renamed(TableId former, Object now) {
    return new WalferryException(
        ErrorCode.SOURCE_TABLE_REPLACED, former + ", which was followed, is called " + now);
  }

  /** Those that are followed on, under the names by which they are. */
  List<PublishedTable> known() {
    return known;
  }

  /**
   * Those that are not followed yet. Where the stream has still to come to other names, only those
   * that it has told of before: it tells of new tables on its way, and of those that had their
   * names meanwhile.
   */
  List<PublishedTable> added() {
    return added;
  }

  /** Whether the source calls the table otherwise by now. */
  boolean isAstray(TableId table) {
    return astray.contains(table);
  }

  /** Tells whether another table had the name before; its rows do not count. */
  boolean isReplaced(PublishedTable table) {
    return replaced.containsKey(table.table());
  }

  /**
   * Forgets those that are gone, as far as the stream says nothing of it.
   *
   * @return whether anything was noted
   */
  boolean forget(FeedSettings feed, Sink sink, TableLines lines) {
    for (TableId table : dropped) {
      lines.depart(table, ledger.followed(table).orElseThrow());
      sink.forget(table, OF_ROWS);
    }
    TableSelection selection = new TableSelection(feed.tables(), List.of());
    ledger
        .vacated()
        .forEach(
            (name, former) -> {
              if (!selection.includes(name)) {
                sink.forget(name, EnumSet.of(LedgerEntry.Kind.LEFT));
              } else if (lines.find(name).isEmpty()) {
                lines.knowVacated(name, former);
              }
            });
    left.forEach(table -> lines.knowLeft(table, ledger.followed(table).orElseThrow()));
    List<TableId> unasked = gone.stream().filter(table -> !dropped.contains(table)).toList();
    for (TableId table : unasked) {
      if (!replaced.containsKey(table)) {
        LOG.warn(
            "Table {} is not published any more, or not asked for; its rows at the destination"
                + " stay",
            table);
      }
      sink.forget(table, EnumSet.allOf(LedgerEntry.Kind.class));
    }
    return !unasked.isEmpty() || !dropped.isEmpty() || !left.isEmpty();
  }
}
