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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** Names under which tables are followed that have another one by now. */
  private final Set<TableId> astray;

  private StartTables(
      FeedLedger ledger,
      List<PublishedTable> known,
      List<PublishedTable> published,
      Set<TableId> dropped,
      Set<TableId> astray) {
    this.ledger = ledger;
    this.known = known;
    this.dropped = dropped;
    this.astray = astray;
    Set<TableId> names = known.stream().map(PublishedTable::table).collect(Collectors.toSet());
    this.gone = ledger.tables().stream().filter(table -> !names.contains(table)).toList();
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
    return published.stream()
        .filter(table -> !oids.contains(table.oid()) && !names.contains(table.table()))
        .filter(table -> !dropped.contains(table.table()))
        .toList();
  }

  /**
   * Of what the publication carries now.
   *
   * @param tables those that the feed asks for
   * @param numbered whether tables have the numbers that the ledger knows
   * @throws WalferryException {@code SOURCE_TABLE_REPLACED} if one of them has another name, or
   *     another one its name, and the source does not tell of that
   */
  static StartTables of(
      Connection sql,
      FeedSettings feed,
      List<PublishedTable> tables,
      FeedLedger ledger,
      boolean numbered) {
    List<PublishedTable> published = new PublicationCatalog(sql).tables(feed.publication());
    Set<TableId> dropped = dropped(sql, ledger);
    if (numbered && DroppedTables.areTold(sql)) {
      return told(new TableSelection(feed.tables(), published), published, ledger, dropped);
    }
    List<PublishedTable> known =
        tables.stream()
            .filter(table -> ledger.followed(table.table()).isPresent())
            .filter(table -> !dropped.contains(table.table()))
            .toList();
    StartTables start = new StartTables(ledger, known, tables, dropped, Set.of());
    start.requireNoneRenamed(published, new TableSelection(feed.tables(), List.of()));
    return start;
  }

  private static Set<TableId> dropped(Connection sql, FeedLedger ledger) {
    Map<TableId, Integer> oids =
        ledger.tables().stream()
            .collect(
                Collectors.toMap(
                    table -> table, table -> ledger.followed(table).orElseThrow().oid()));
    Set<Integer> gone = DroppedTables.among(sql, oids.values());
    return oids.keySet().stream()
        .filter(table -> gone.contains(oids.get(table)))
        .collect(Collectors.toSet());
  }

  /** Tables are those of their numbers, whatever their names are by now. */
  private static StartTables told(
      TableSelection selection,
      List<PublishedTable> published,
      FeedLedger ledger,
      Set<TableId> dropped) {
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
    return new StartTables(ledger, known, selection.tables(), dropped, astray);
  }

  /** From when on its name is known, so that the stream has to tell of another one. */
  private static void requireSince(FollowedTable line, PublishedTable now, TableId name) {
    if (line.since().equals(FollowedTable.UNKNOWN)) {
      throw renamed(name, now);
    }
  }

  /**
   * A table under a new name is not a new table; what it had brought is under the old one. One of
   * its old name is not asked for any more, or has come back since the feed's tables were looked
   * for.
   */
  private void requireNoneRenamed(List<PublishedTable> published, TableSelection selection) {
    Map<Integer, TableId> names =
        published.stream().collect(Collectors.toMap(PublishedTable::oid, PublishedTable::table));
    for (TableId table : gone) {
      TableId name = names.get(ledger.followed(table).orElseThrow().oid());
      if (name != null && !name.equals(table)) {
        throw renamed(table, name);
      }
      if (name != null && selection.includes(name)) {
        throw new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "table " + name + " was not published a moment ago, and is by now");
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

  /**
   * Forgets those that are gone, as far as the stream says nothing of it.
   *
   * @return whether anything was noted
   */
  boolean forget(Sink sink, TableLines lines) {
    for (TableId table : dropped) {
      lines.depart(table, ledger.followed(table).orElseThrow());
      sink.forget(table, OF_ROWS);
    }
    List<TableId> left = gone.stream().filter(table -> !dropped.contains(table)).toList();
    for (TableId table : left) {
      LOG.warn(
          "Table {} is not published any more, or not asked for; its rows at the destination stay",
          table);
      sink.forget(table, EnumSet.allOf(LedgerEntry.Kind.class));
    }
    return !left.isEmpty() || !dropped.isEmpty();
  }
}
