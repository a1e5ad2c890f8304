package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.publication.PrintedType;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the ledger of a destination says: which tables the feed follows, which of them are not
 * settled, and whether a slot was about to be made. Immutable.
 */
final class FeedLedger {
  /** Stands for the feed itself. */
  static final TableId FEED = new TableId("", "");

  private final Map<TableId, FollowedTable> followed = new HashMap<>();
  private final Map<TableId, FollowedTable> begun = new HashMap<>();
  private final Map<TableId, TableId> renames = new HashMap<>();
  private final Map<TableId, Newcomer> newcomers = new HashMap<>();
  private final Set<TableId> reloads;
  private final Map<TableId, FollowedTable> vacated = new HashMap<>();
  private final Map<TableId, TableId> awaited = new HashMap<>();
  private final Map<TableId, List<LedgerEntry>> unsettled;
  private final List<PrintedType> types;
  private final Optional<Lsn> intent;
  private final Optional<TornTransaction> torn;

  FeedLedger(List<LedgerEntry> entries) {
    entries.stream()
        .filter(entry -> entry.kind() == Kind.TABLE)
        .forEach(entry -> followed.put(entry.table(), FollowedTable.parse(entry)));
    entries.stream()
        .filter(entry -> entry.kind() == Kind.ALTERATION)
        .forEach(entry -> begun.put(entry.table(), FollowedTable.parse(entry)));
    entries.stream()
        .filter(entry -> entry.kind() == Kind.RENAME)
        .forEach(entry -> renames.put(entry.table(), TableLines.nameIn(entry)));
    entries.stream()
        .filter(entry -> entry.kind() == Kind.NEWCOMER)
        .forEach(entry -> newcomers.put(entry.table(), Newcomer.parse(entry)));
    reloads =
        entries.stream()
            .filter(entry -> entry.kind() == Kind.RELOAD || entry.kind() == Kind.LEFT)
            .map(LedgerEntry::table)
            .collect(Collectors.toSet());
    entries.stream()
        .filter(entry -> entry.kind() == Kind.RELOAD && !entry.content().isEmpty())
        .forEach(entry -> awaited.put(entry.table(), TableLines.nameIn(entry)));
    entries.stream()
        .filter(entry -> entry.kind() == Kind.LEFT && !entry.content().isEmpty())
        .forEach(entry -> vacated.put(entry.table(), FollowedTable.parse(entry)));
    unsettled =
        entries.stream()
            .filter(entry -> entry.kind() == Kind.CHUNK || entry.kind() == Kind.ROW)
            .collect(Collectors.groupingBy(LedgerEntry::table));
    types =
        entries.stream().filter(entry -> entry.kind() == Kind.TYPE).map(TypeLines::parse).toList();
    intent =
        entries.stream()
            .filter(entry -> entry.kind() == Kind.SLOT)
            .findFirst()
            .map(entry -> Lsn.parse(entry.content()));
    torn =
        entries.stream()
            .filter(entry -> entry.kind() == Kind.TRANSACTION)
            .findFirst()
            .map(TornTransaction::parse);
  }

  /**
   * The line that comes before the slot: whatever slot of our name is made after this point of the
   * log is ours, even if nobody lives to say so.
   */
  static LedgerEntry intent(Lsn since) {
    return new LedgerEntry(FEED, Kind.SLOT, "", since.toString());
  }

  Optional<Lsn> intent() {
    return intent;
  }

  /** Returns the types of columns as they printed when rows were brought. */
  List<PrintedType> types() {
    return types;
  }

  /** Tables that have come to the feed and are not cut into chunks. */
  Map<TableId, Newcomer> newcomers() {
    return Collections.unmodifiableMap(newcomers);
  }

  /** Whether this very table is one of them. */
  boolean isNewcomer(PublishedTable table) {
    return Optional.ofNullable(newcomers.get(table.table()))
        .filter(newcomer -> newcomer.table().oid() == table.oid())
        .isPresent();
  }

  /** The transaction that is there in part, if one is. */
  Optional<TornTransaction> torn() {
    return torn;
  }

  /** The table as it was; empty if it is not followed. */
  Optional<FollowedTable> followed(TableId table) {
    return Optional.ofNullable(followed.get(table));
  }

  /** The table as it was about to become; empty if nothing was done to it, or all was. */
  Optional<FollowedTable> begun(TableId table) {
    return Optional.ofNullable(begun.get(table));
  }

  /** What tables were about to be called, by their names; they may be called so. */
  Map<TableId, TableId> renames() {
    return Collections.unmodifiableMap(renames);
  }

  /** The name that a table waits for, which is to be loaded again. */
  Optional<TableId> awaited(TableId table) {
    return Optional.ofNullable(awaited.get(table));
  }

  /** Tables that have waited for names, by those that they have, which are free. */
  Map<TableId, TableId> freed() {
    Map<TableId, TableId> freed = new HashMap<>(awaited);
    freed.values().removeIf(name -> followed.containsKey(name) || newcomers.containsKey(name));
    return freed;
  }

  /**
   * Tables that had other names, which they have left there with rows that stay, by these names.
   */
  Map<TableId, FollowedTable> vacated() {
    return Collections.unmodifiableMap(vacated);
  }

  /** Whether the table was about to be loaded again, or is to be if it is followed again. */
  boolean isReload(TableId table) {
    return reloads.contains(table);
  }

  /** The tables that are followed, whether or not they still exist. */
  List<TableId> tables() {
    return followed.keySet().stream().sorted().toList();
  }

  List<LedgerEntry> unsettled(TableId table) {
    return unsettled.getOrDefault(table, List.of());
  }
}
