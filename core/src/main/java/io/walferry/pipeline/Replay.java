package io.walferry.pipeline;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.ChangeWindow.Item;
import io.walferry.pipeline.ChangeWindow.Judged;
import io.walferry.publication.PublishedTable;
import io.walferry.snapshot.KeyPlace;
import io.walferry.snapshot.KeyPlaces;
import io.walferry.snapshot.RowFetch;
import io.walferry.snapshot.TableLedger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Between stream and sink: lets a change of a table whose rows were read at several moments through
 * only if it counts, that is if the read of its key has not seen its transaction. The rows are then
 * there, or not there, as they must be, so the sink may be strict. Belongs to the pipeline's
 * thread.
 *
 * <ul>
 *   <li>A key that moves is judged for the old and for the new key.
 *   <li>If it counts for the new key only, a large column that the stream leaves out is nowhere at
 *       the destination: the row is read alone, with a snapshot of its own.
 *   <li>A TRUNCATE that some reads have seen and others have not empties the table, which is loaded
 *       again: few rows as a rule.
 *   <li>Changes of a table that is still to be loaded are left out: its reads will see them.
 * </ul>
 *
 * <p>Changes wait in a window, so that the source is asked for the places of many keys at once.
 */
final class Replay {
  private final FeedEnds ends;
  private final TableLoads loads;
  private final RowForms forms;
  private final Map<TableId, TableLedger> ledgers = new LinkedHashMap<>();

  /** Tables that are to be cut into chunks with the next commit. */
  private final Map<TableId, Wanted> wanted = new LinkedHashMap<>();

  private final IdentityHashMap<Relation, Optional<RelationKey>> keyColumns =
      new IdentityHashMap<>();
  private final ChangeWindow window = new ChangeWindow(this::judged);
  private long skipped;
  private Lsn until = Lsn.ZERO;
  private Optional<TransactionHeader> unbegun = Optional.empty();
  private Xid xid = Xid.NONE;

  /**
   * A table to load.
   *
   * @param again whether it has rows of ours
   */
  private record Wanted(PublishedTable table, boolean again) {}

  Replay(FeedEnds ends, TableLoads loads, RowForms forms) {
    this.ends = ends;
    this.loads = loads;
    this.forms = forms;
  }

  /** Judges the changes of these tables, which are loaded, until the stream has reached today. */
  void judge(List<TableLedger> loaded) {
    if (!loaded.isEmpty()) {
      loaded.forEach(ledger -> ledgers.put(id(ledger), ledger));
      until = Lsn.max(until, WalEnd.read(ends.sql()));
    }
  }

  /**
   * Loads a table as soon as the destination has committed; its changes are left out until then.
   *
   * @param again whether the rows that are there go first
   */
  void loadSoon(PublishedTable table, boolean again) {
    wanted.put(table.table(), new Wanted(table, again));
  }

  boolean isActive() {
    return !ledgers.isEmpty() || !wanted.isEmpty() || loads.lines().hasPostponed();
  }

  /** The tables that have to be loaded before the stream goes on; after a commit only. */
  List<TableLedger> unloaded() {
    return ledgers.values().stream().filter(ledger -> !ledger.isLoaded()).toList();
  }

  boolean wantsLoad() {
    return !wanted.isEmpty() || ledgers.values().stream().anyMatch(ledger -> !ledger.isLoaded());
  }

  /** Whether the sink has got all that came before, and takes what comes as it is. */
  private boolean isIdle() {
    return !isActive() && window.isEmpty() && unbegun.isEmpty();
  }

  void begin(TransactionHeader header) {
    if (isActive()) {
      window.begin(header);
      return;
    }
    if (!window.isEmpty()) {
      // It has waited for a table that is gone.
      flush();
    }
    unbegun = Optional.empty();
    xid = header.xid();
    ends.sink().begin(header);
  }

  void append(Change change) {
    if (isIdle()) {
      hand(change);
      return;
    }
    if (isOfTableToPlan(change)) {
      skipped++;
      return;
    }
    window.add(change);
    if (window.isFull()) {
      flush();
    }
  }

  /** The table's reads are still to come, and will see it. */
  private boolean isOfTableToPlan(Change change) {
    return switch (change) {
      case Change.Insert insert -> isToPlan(insert.relation());
      case Change.Update update -> isToPlan(update.relation());
      case Change.Delete delete -> isToPlan(delete.relation());
      case Change.Truncate truncate -> false;
      case Change.Message message -> false;
    };
  }

  private boolean isToPlan(Relation relation) {
    return isToPlan(relation.table());
  }

  /** Whether the table will be loaded behind a commit, so that its changes do not count. */
  boolean isToPlan(TableId table) {
    return wanted.containsKey(table) || loads.lines().isPostponed(table);
  }

  /** Whether rows of the table were read, or are to be, and are not in step with the others. */
  boolean isUnsettled(TableId table) {
    return ledgers.containsKey(table) || isToPlan(table);
  }

  private Optional<Judged> judged(Relation relation) {
    return ledger(relation.table())
        .map(
            ledger ->
                new Judged(ledger, ledger.isLoaded() ? key(relation, ledger) : Optional.empty()));
  }

  private Optional<RelationKey> key(Relation relation, TableLedger ledger) {
    return keyColumns.computeIfAbsent(
        relation, announced -> RelationKey.of(forms.type(announced), ledger));
  }

  /** Gives the sink what counts of the window. */
  void flush() {
    List<Item> items = window.items();
    List<List<KeyPlace>> places = places(items);
    for (int i = 0, from = 0; i < items.size(); i++) {
      switch (items.get(i)) {
        case Item.Begun(var header) -> {
          unbegun = Optional.of(header);
          xid = header.xid();
        }
        case Item.Plain(var change) -> plain(change);
        case Item.Keyed keyed -> {
          if (judge(keyed, places.get(i - from))) {
            from = i + 1;
            places = places(items.subList(from, items.size()));
          }
        }
      }
    }
    window.clear();
  }

  /** Has the ledger say which tables are to be loaded again. */
  void noteReloads() {
    loads
        .lines()
        .noteReloads(wanted.values().stream().filter(Wanted::again).map(Wanted::table).toList());
  }

  /**
   * Cuts the tables that are to be loaded into chunks. Nothing waits in the window.
   *
   * @param reached the position of all that was applied; it may be durable afterwards
   */
  void plan(Position reached) {
    if (wanted.isEmpty()) {
      return;
    }
    Map<Boolean, List<PublishedTable>> tables =
        wanted.values().stream()
            .collect(
                Collectors.partitioningBy(
                    Wanted::again, Collectors.mapping(Wanted::table, Collectors.toList())));
    wanted.clear();
    List<PublishedTable> again = tables.getOrDefault(true, List.of());
    again.forEach(table -> ledgers.remove(table.table()));
    track(loads.planAgain(again, reached));
    track(loads.planNew(tables.getOrDefault(false, List.of())));
    keyColumns.clear();
  }

  private void track(List<TableLedger> planned) {
    planned.forEach(this::track);
  }

  /** Judges the changes of a table from now on. Nothing waits in the window. */
  void track(TableLedger ledger) {
    ledgers.put(id(ledger), ledger);
  }

  /** The table is gone, and so is what was to be read of it. Nothing waits in the window. */
  void forget(TableId table) {
    ledgers.remove(table);
    wanted.remove(table);
  }

  /** Of the tables whose changes are judged. */
  Collection<TableLedger> ledgers() {
    return ledgers.values();
  }

  Optional<TableLedger> ledger(TableId table) {
    return Optional.ofNullable(ledgers.get(table));
  }

  /**
   * Finds where the keys of each item are, with one question for each table. None that every read
   * of its table has seen is asked for: it may be older than a type of the key, and be no value of
   * that any more.
   */
  private List<List<KeyPlace>> places(List<Item> items) {
    Map<TableLedger, List<List<String>>> asked = new LinkedHashMap<>();
    List<Boolean> isAsked = new ArrayList<>(items.size());
    Xid of = xid;
    for (Item item : items) {
      if (item instanceof Item.Begun(var header)) {
        of = header.xid();
      }
      boolean ask =
          item instanceof Item.Keyed keyed
              && keyed.ledger().isLoaded()
              && !keyed.ledger().isSeenFromTheStart(of);
      isAsked.add(ask);
      if (ask && item instanceof Item.Keyed keyed) {
        asked.computeIfAbsent(keyed.ledger(), ledger -> new ArrayList<>()).addAll(keyed.keys());
      }
    }
    Map<TableLedger, Iterator<KeyPlace>> answers = new LinkedHashMap<>();
    asked.forEach(
        (ledger, keys) -> answers.put(ledger, KeyPlaces.find(ends.sql(), ledger, keys).iterator()));
    List<List<KeyPlace>> places = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      List<KeyPlace> found = new ArrayList<>(2);
      if (isAsked.get(i) && items.get(i) instanceof Item.Keyed keyed) {
        Iterator<KeyPlace> answer =
            answers.getOrDefault(keyed.ledger(), Collections.emptyIterator());
        keyed.keys().forEach(key -> found.add(answer.next()));
      }
      places.add(found);
    }
    return places;
  }

  private void plain(Change change) {
    if (change instanceof Change.Truncate truncate) {
      truncate(truncate);
    } else {
      emit(change);
    }
  }

  private void truncate(Change.Truncate truncate) {
    List<Relation> emptied = new ArrayList<>();
    for (Relation relation : truncate.relations()) {
      TableLedger ledger = ledgers.get(relation.table());
      if (ledger == null && !isToPlan(relation.table())) {
        emptied.add(relation);
      } else if (ledger != null && isJudged(ledger)) {
        switch (ledger.seen(xid)) {
          case BY_NONE -> emptied.add(relation);
          case BY_SOME -> loadSoon(ledger.table().table(), true);
          case BY_ALL -> {}
        }
      }
    }
    if (emptied.isEmpty()) {
      skipped++;
    } else {
      emit(new Change.Truncate(emptied, truncate.cascade(), truncate.restartIdentity()));
    }
  }

  private boolean isJudged(TableLedger ledger) {
    return ledger.isLoaded() && !isToPlan(id(ledger));
  }

  /** Returns whether a row was read alone, so that places which were asked for are old. */
  private boolean judge(Item.Keyed item, List<KeyPlace> places) {
    TableLedger ledger = item.ledger();
    if (!isJudged(ledger)) {
      skipped++;
      return false;
    }
    if (places.isEmpty()) {
      // Every read has seen it; or the table was altered so far between the change and the read
      // that none tells which row.
      skipped++;
      if (!ledger.isSeenFromTheStart(xid) && ledger.seen(xid) != TableLedger.Seen.BY_ALL) {
        loadSoon(ledger.table().table(), true);
      }
      return false;
    }
    boolean counts = counts(ledger, places.getFirst());
    boolean countsForNew = counts(ledger, places.getLast());
    if (!counts && !countsForNew) {
      skipped++;
      return false;
    }
    Relation relation = relation(item.change());
    boolean read = places.stream().anyMatch(place -> !ledger.view(place).isNothing());
    if (read && !key(relation, ledger).orElseThrow().covers()) {
      loadSoon(ledger.table().table(), true);
      skipped++;
      return false;
    }
    if (counts && countsForNew) {
      emit(item.change());
      return false;
    }
    Change.Update move = (Change.Update) item.change();
    if (counts) {
      emit(new Change.Delete(relation, move.before()));
      return false;
    }
    if (!hasUnchanged(move.after())) {
      emit(new Change.Insert(relation, move.after()));
      return false;
    }
    fetch(ledger, move, item.keys().getLast());
    return true;
  }

  private boolean counts(TableLedger ledger, KeyPlace place) {
    return !ledger.view(place).sees(xid);
  }

  private void fetch(TableLedger ledger, Change.Update move, List<String> key) {
    Relation relation = move.relation();
    RowFetch fetched = fetch(ledger, relation, key);
    until = Lsn.max(until, WalEnd.read(ends.sql()));
    if (fetched.row().isPresent()) {
      emit(new Change.Insert(relation, fetched.row().get()));
    } else if (ledger.repeats()) {
      // An earlier attempt may have found it, and nobody has taken that back.
      emit(new Change.Delete(relation, new OldRow.Key(move.after())));
    }
    ends.sink().note(List.of(ledger.read(key, fetched.snapshot())));
  }

  private RowFetch fetch(TableLedger ledger, Relation relation, List<String> key) {
    try {
      return RowFetch.of(ends.sql(), ends.text(), ledger.table(), relation, key, xid);
    } catch (WalferryException e) {
      throw TableLoads.moving(e);
    }
  }

  private static boolean hasUnchanged(Row row) {
    for (int column = 0; column < row.columnCount(); column++) {
      if (row.isUnchanged(column)) {
        return true;
      }
    }
    return false;
  }

  private static Relation relation(Change change) {
    return switch (change) {
      case Change.Insert insert -> insert.relation();
      case Change.Update update -> update.relation();
      case Change.Delete delete -> delete.relation();
      case Change.Truncate truncate -> throw new IllegalStateException("It has several");
      case Change.Message message -> throw new IllegalStateException("It has none");
    };
  }

  private void emit(Change change) {
    unbegun.ifPresent(ends.sink()::begin);
    unbegun = Optional.empty();
    hand(change);
  }

  private void hand(Change change) {
    Optional<WalferryException> refusal = ends.text().refusal(change);
    if (refusal.isPresent()) {
      ends.sink().setAside(change, refusal.get());
    } else {
      ends.sink().append(change);
    }
  }

  /** How many changes did not count since the last call. */
  long takeSkipped() {
    long taken = skipped;
    skipped = 0;
    return taken;
  }

  /** Where it is over; 0/0 if there is nothing to judge. */
  Lsn end() {
    return ledgers.isEmpty() ? Lsn.ZERO : until;
  }

  /** Whether every change that could be in what was read has come by. */
  boolean isOver(Position reached) {
    return hasPassed(reached) && ledgers.values().stream().noneMatch(TableLedger::hasPendingRows);
  }

  /** Whether the same holds, and other rows wait until these are settled. */
  boolean endsRound(Position reached) {
    return hasPassed(reached)
        && !isOver(reached)
        && ledgers.values().stream().anyMatch(ledger -> ledger.rowCount() > 0);
  }

  private boolean hasPassed(Position reached) {
    return !ledgers.isEmpty() && !wantsLoad() && !reached.endLsn().isBefore(until);
  }

  /**
   * Drops the ledger, or a round of it, with the next commit if it is over. The window is empty.
   *
   * @return tables that are in step from then on
   */
  List<PublishedTable> settle(Position reached) {
    if (endsRound(reached)) {
      ledgers.values().stream()
          .map(TableLedger::settleRows)
          .filter(lines -> !lines.isEmpty())
          .forEach(ends.sink()::note);
    }
    if (!isOver(reached)) {
      return List.of();
    }
    List<PublishedTable> settled =
        ledgers.values().stream().map(ledger -> ledger.table().table()).toList();
    settled.forEach(table -> ends.sink().forget(table.table(), TableLoads.UNSETTLED));
    ledgers.clear();
    keyColumns.clear();
    unbegun = Optional.empty();
    return settled;
  }

  private static TableId id(TableLedger ledger) {
    return ledger.table().table().table();
  }
}
