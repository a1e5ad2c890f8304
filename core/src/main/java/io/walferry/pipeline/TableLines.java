package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.AnnouncedColumns;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.snapshot.LedgerText;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tables that one destination follows, as its ledger has them. Belongs to the pipeline's
 * thread.
 */
final class TableLines {
  private final FeedEnds ends;
  private final String publication;
  private final TypeLines types;
  private final Map<TableId, FollowedTable> tables = new HashMap<>();

  /** Their names by their oids. */
  private final Map<Integer, TableId> names = new HashMap<>();

  /** Tables that the source has dropped before the stream says so: changes of them are left out. */
  private final Map<TableId, FollowedTable> departed = new HashMap<>();

  private boolean departure;

  /**
   * Tables that are to be loaded again and have another name at the source by now, under which they
   * are read once the stream has come to it: changes of them are left out.
   */
  private final Set<TableId> postponed = new HashSet<>();

  /** Postponed tables of which the stream does not tell what has become of them. */
  private final Set<TableId> suspended = new HashSet<>();

  /** Tables that are others by now and are left as they are, by the names that they had. */
  private final Map<TableId, Integer> left = new HashMap<>();

  /** Tables that had other names, under which their rows stay, until the stream told of that. */
  private final Map<TableId, FollowedTable> vacated = new HashMap<>();

  /** Names that tables have come to in the stream while others still have these here. */
  private final Map<TableId, TableId> awaited = new HashMap<>();

  /** What tables are about to become. */
  private final Map<TableId, FollowedTable> begun = new HashMap<>();

  TableLines(FeedEnds ends, String publication) {
    this.ends = ends;
    this.publication = publication;
    this.types = new TypeLines(ends);
  }

  /** Returns how types of their columns printed. */
  TypeLines types() {
    return types;
  }

  /** Returns the tables that are followed, by their names. */
  Map<TableId, FollowedTable> followed() {
    return Collections.unmodifiableMap(tables);
  }

  Optional<FollowedTable> find(TableId table) {
    return Optional.ofNullable(tables.get(table));
  }

  /** Takes what the ledger says, or will say with the next note. */
  void know(TableId table, FollowedTable line) {
    remove(table);
    vacated.remove(table);
    tables.put(table, line);
    names.put(line.oid(), table);
  }

  private void remove(TableId table) {
    Optional.ofNullable(tables.remove(table)).ifPresent(line -> names.remove(line.oid(), table));
  }

  /** Under which name a table is followed. */
  Optional<TableId> nameOf(int oid) {
    return Optional.ofNullable(names.get(oid));
  }

  /** Leaves out a table that is gone, until the stream says so. */
  void depart(TableId table, FollowedTable line) {
    remove(table);
    unsettle(table);
    departed.put(table, line);
    departure = true;
  }

  /** Nothing of it waits, or was begun. */
  private void unsettle(TableId table) {
    begun.remove(table);
    resume(table);
  }

  /** Takes changes of a table again. */
  private void resume(TableId table) {
    postponed.remove(table);
    suspended.remove(table);
    awaited.remove(table);
  }

  /** Whether a table has departed since the last call. */
  boolean takeDeparture() {
    boolean taken = departure;
    departure = false;
    return taken;
  }

  /** Whether a table of that name is gone, of which the stream has not said so. */
  boolean isDeparted(TableId table) {
    return departed.containsKey(table);
  }

  /** The table that the destination has rows of under a name, be it gone at the source or not. */
  Optional<FollowedTable> held(TableId table) {
    return find(table).or(() -> Optional.ofNullable(departed.get(table)));
  }

  /** Under which name the destination has rows of this very table. */
  Optional<TableId> nameHeld(int oid) {
    return nameOf(oid)
        .or(
            () ->
                departed.entrySet().stream()
                    .filter(entry -> entry.getValue().oid() == oid)
                    .map(Map.Entry::getKey)
                    .findFirst());
  }

  /** Loads a table again once the stream has come to the name that it has at the source. */
  void postpone(TableId table) {
    postponed.add(table);
  }

  /**
   * Leaves out what comes of a table that the stream shows to be another one, until it is known
   * which: the ledger says that its rows do not count.
   */
  void suspend(TableId table) {
    postponed.add(table);
    suspended.add(table);
    ends.sink().note(List.of(reload(table)));
  }

  /** The tables that {@link #suspend} has left out since they were read last. */
  Set<TableId> suspended() {
    return Collections.unmodifiableSet(suspended);
  }

  /**
   * Follows a table no more, nor one that has its name. The ledger keeps it, so that it is read
   * again if a later start finds it under its name.
   */
  void leave(TableId table) {
    FollowedTable line = tables.get(table);
    if (line != null) {
      remove(table);
      unsettle(table);
      knowLeft(table, line);
    }
  }

  /** Knows a table that is left as it is, and has the ledger say so. */
  void knowLeft(TableId table, FollowedTable line) {
    left.put(table, line.oid());
    ends.sink().forget(table, EnumSet.of(Kind.CHUNK, Kind.ROW, Kind.RELOAD));
    ends.sink().note(List.of(new LedgerEntry(table, Kind.LEFT, "", "")));
  }

  /** Whether this very table was left as it is, or one that had the name. */
  boolean isLeft(int oid, TableId name) {
    return !left.isEmpty() && (left.containsKey(name) || left.containsValue(oid));
  }

  /** Follows a table no more that has another name, while its rows stay under this one. */
  void vacate(TableId name) {
    FollowedTable former = held(name).orElseThrow();
    drop(name);
    vacated.put(name, former);
    ends.sink().note(List.of(former.left(name)));
  }

  /** Takes what the ledger says of a name that a table has left with its rows. */
  void knowVacated(TableId name, FollowedTable former) {
    vacated.put(name, former);
  }

  /** Finds the table that had a name and left its rows under it, if no other has the name since. */
  Optional<FollowedTable> vacated(TableId name) {
    return Optional.ofNullable(vacated.get(name));
  }

  /** The oids of all tables that are followed, and of those that have left names, by name. */
  Map<TableId, Integer> oids() {
    Map<TableId, Integer> oids = new HashMap<>();
    vacated.forEach((name, former) -> oids.put(name, former.oid()));
    tables.forEach((name, line) -> oids.put(name, line.oid()));
    return oids;
  }

  /**
   * Has a table that is to be loaded again wait for the name that it has come to; until it is read,
   * the ledger says so where it says that.
   */
  void await(TableId table, TableId name) {
    awaited.put(table, name);
  }

  /** Names that are waited for, by those that tables still have. */
  Map<TableId, TableId> awaited() {
    return Collections.unmodifiableMap(awaited);
  }

  /** Has the ledger say that tables are to be loaded again, until they are planned. */
  void noteReloads(List<PublishedTable> tables) {
    if (!tables.isEmpty()) {
      ends.sink().note(tables.stream().map(table -> reload(table.table())).toList());
    }
  }

  private LedgerEntry reload(TableId table) {
    String name = Optional.ofNullable(awaited.get(table)).map(TableLines::text).orElse("");
    return new LedgerEntry(table, Kind.RELOAD, "", name);
  }

  private static String text(TableId name) {
    return LedgerText.of(List.of(name.schema(), name.name()));
  }

  boolean isPostponed(TableId table) {
    return postponed.contains(table);
  }

  boolean hasPostponed() {
    return !postponed.isEmpty();
  }

  /** Notes what a table is about to be called: an attempt that ends then leaves either name. */
  void beginRename(TableId table, TableId to) {
    ends.sink().note(List.of(new LedgerEntry(table, Kind.RENAME, "", text(to))));
  }

  /** The name in a line that {@link #beginRename} has noted, or one that is {@link #await}ed. */
  static TableId nameIn(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    return new TableId(fields.get(0), fields.get(1));
  }

  /** Notes that the destination has a table under another name; nothing is noted of its rows. */
  void rename(TableId table, TableId to) {
    FollowedTable line = held(table).orElseThrow();
    boolean gone = isDeparted(table);
    Optional<FollowedTable> target = begun(table);
    drop(table);
    if (gone) {
      depart(to, line);
    } else {
      know(to, line);
    }
    ends.sink().note(List.of(line.line(to)));
    target.ifPresent(it -> begin(to, it));
  }

  /** Forgets a table that the stream says is gone. */
  void drop(TableId table) {
    remove(table);
    unsettle(table);
    departed.remove(table);
    ends.sink().forget(table, EnumSet.allOf(Kind.class));
  }

  /** What an alteration would make of a table that ended in the middle of it. */
  Optional<FollowedTable> begun(TableId table) {
    return Optional.ofNullable(begun.get(table));
  }

  /** Takes what the ledger says of an alteration that was begun. */
  void knowBegun(TableId table, FollowedTable target) {
    begun.put(table, target);
  }

  /**
   * Notes what a table is about to become, before anything is done to it: an attempt that ends in
   * the middle leaves any part of it, which the next one has to recognise.
   */
  void begin(TableId table, FollowedTable target) {
    knowBegun(table, target);
    ends.sink().note(List.of(target.begun(table)));
  }

  /** Knows the table as the catalog has just been read. */
  FollowedTable know(PublishedTable table) {
    FollowedTable read = FollowedTable.of(table, WalEnd.read(ends.sql()));
    FollowedTable line = read.with(ColumnNumbers.read(ends.sql(), read));
    know(table.table(), line);
    return line;
  }

  /**
   * A table that is followed as its rows at the destination are: with the columns that the stream
   * has announced so far, of which the catalog may be ahead. Those that the catalog has no more may
   * be gone there already, by hand, and are left out.
   */
  PublishedTable asFollowed(PublishedTable now) {
    FollowedTable line = tables.get(now.table());
    if (line == null || line.columns().equals(FollowedTable.of(now, Lsn.ZERO).columns())) {
      return now;
    }
    AnnouncedColumns columns = new AnnouncedColumns(ends.sql(), now.columns(), line.columns());
    Map<String, String> former =
        ColumnDifference.formerNames(line.columns(), FollowedTable.of(now, Lsn.ZERO).columns());
    return new PublishedTable(
        now.oid(),
        now.table(),
        now.replicaIdentity(),
        line.columns().stream()
            .filter(column -> now.columnNames().contains(column.name()))
            .map(columns::published)
            .toList(),
        named(now.primaryKey(), former),
        named(now.identityColumns(), former),
        now.rowFilter(),
        now.estimatedRows(),
        now.byteSize(),
        now.routes());
  }

  private static List<String> named(List<String> columns, Map<String, String> former) {
    return columns.stream().map(column -> former.getOrDefault(column, column)).toList();
  }

  void note(TableId table, FollowedTable line) {
    know(table, line);
    ends.sink().note(List.of(line.line(table)));
    types.meet(line.columns());
  }

  /** Notes what the destination has of a table that was altered. */
  void altered(TableId table, FollowedTable line) {
    end(table);
    note(table, line);
  }

  private void end(TableId table) {
    if (begun.remove(table) != null) {
      ends.sink().forget(table, EnumSet.of(Kind.ALTERATION));
    }
  }

  /**
   * Sees that tables have still the columns and names with which they were just noted. A column
   * that came in between would be in what is read and not in the line, or the other way round, and
   * what rows have in it would get lost. A name would be missed that the stream had from before.
   *
   * @throws WalferryException {@code SOURCE_SCHEMA_MOVING}
   */
  void requireUnmoved(List<PublishedTable> noted) {
    Map<Integer, PublishedTable> now =
        new PublicationCatalog(ends.sql())
            .tables(publication).stream()
                .collect(Collectors.toMap(PublishedTable::oid, Function.identity()));
    for (PublishedTable table : noted) {
      PublishedTable found = now.get(table.oid());
      if (found != null && !found.table().equals(table.table())) {
        throw new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "table %s was renamed while it was looked at: it is called %s".formatted(table, found));
      }
      if (found != null
          && !FollowedTable.of(found, Lsn.ZERO)
              .columns()
              .equals(FollowedTable.of(table, Lsn.ZERO).columns())) {
        throw new WalferryException(
            ErrorCode.SOURCE_SCHEMA_MOVING,
            "table %s was altered while it was looked at: expected columns %s, got %s"
                .formatted(table, table.columnNames(), found.columnNames()));
      }
    }
  }

  /** Notes tables as the catalog has just been read. */
  void note(List<PublishedTable> published) {
    if (!published.isEmpty()) {
      published.forEach(table -> end(table.table()));
      published.forEach(table -> resume(table.table()));
      ends.sink().note(published.stream().map(table -> know(table).line(table.table())).toList());
      published.stream()
          .flatMap(table -> find(table.table()).stream())
          .map(FollowedTable::columns)
          .forEach(types::meet);
    }
  }
}
