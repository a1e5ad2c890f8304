package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.AnnouncedColumns;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceIndexes;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import io.walferry.sink.TableAlteration;
import io.walferry.snapshot.ChunkLoad;
import io.walferry.snapshot.ChunkLoad.LoadReport;
import io.walferry.snapshot.LoadTable;
import io.walferry.snapshot.SourceSnapshot;
import io.walferry.snapshot.TableLedger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings existing rows to the destination, chunk by chunk, each durable with the line of the ledger
 * that says how it was read: whatever ends the process costs the unfinished chunks only. Belongs to
 * the pipeline's thread.
 */
final class TableLoads {
  static final Set<Kind> UNSETTLED = EnumSet.of(Kind.CHUNK, Kind.ROW);

  private static final Set<Kind> PLANNED_ANEW =
      EnumSet.of(
          Kind.CHUNK,
          Kind.ROW,
          Kind.RELOAD,
          Kind.ALTERATION,
          Kind.RENAME,
          Kind.NEWCOMER,
          Kind.LEFT);

  private static final Logger LOG = LoggerFactory.getLogger(TableLoads.class);

  private final PipelineSettings settings;
  private final FeedEnds ends;
  private final TableLines lines;
  private final PipelineListener listener;
  private final StopSignal stop;

  TableLoads(PipelineSettings settings, FeedEnds ends, PipelineListener listener, StopSignal stop) {
    this.settings = settings;
    this.ends = ends;
    this.lines = new TableLines(ends, settings.feed().publication());
    this.listener = listener;
    this.stop = stop;
  }

  /** The tables that the destination follows. */
  TableLines lines() {
    return lines;
  }

  /**
   * Cuts tables into chunks and notes them in the destination's open transaction.
   *
   * @param base what every read has to see
   */
  List<TableLedger> plan(List<PublishedTable> tables, SourceSnapshot base) {
    List<TableLedger> ledgers = new ArrayList<>();
    for (PublishedTable table : tables) {
      TableLedger ledger = cut(table, base);
      ends.sink().forget(table.table(), PLANNED_ANEW);
      lines.note(List.of(table));
      ends.sink().note(ledger.entries());
      ledgers.add(ledger);
    }
    lines.requireUnmoved(tables);
    return ledgers;
  }

  /**
   * Has the ledger say how types of columns print, before it is fixed what reads have to see: a
   * transaction that begins behind that may still bring rows which print so.
   */
  void meetTypes(List<PublishedTable> tables) {
    lines
        .types()
        .meet(
            tables.stream()
                .flatMap(table -> FollowedTable.of(table, Lsn.ZERO).columns().stream())
                .toList());
  }

  private TableLedger cut(PublishedTable table, SourceSnapshot base) {
    try {
      return TableLedger.plan(
          ends.sql(), LoadTable.read(ends.sql(), table), base, settings.chunkBytes());
    } catch (WalferryException e) {
      throw moving(e);
    }
  }

  /** A table that was there a moment ago: another attempt sees what has become of it. */
  static WalferryException moving(WalferryException failure) {
    return failure.code() == ErrorCode.TABLE_MISSING
        ? new WalferryException(ErrorCode.SOURCE_SCHEMA_MOVING, failure.getMessage(), failure)
        : failure;
  }

  /**
   * Cuts tables of a feed that is under way. Their reads see every transaction that has begun by
   * now: those that run may have written before the publication carried the table, and those that
   * the stream has brought were not applied.
   */
  List<TableLedger> planLive(List<PublishedTable> tables) {
    SourceSnapshot.requireTelling(ends.sql());
    meetTypes(tables);
    return plan(tables, SourceSnapshot.begun(ends.sql()));
  }

  /** The same of tables that were met in the stream; those that are gone by now are left out. */
  List<TableLedger> planNew(List<PublishedTable> tables) {
    Set<Integer> dropped = dropped(tables);
    tables.stream()
        .filter(table -> dropped.contains(table.oid()))
        .forEach(
            table -> {
              // It has been made here, and the stream will say that it is to go.
              FollowedTable line = FollowedTable.of(table, Lsn.ZERO);
              ends.sink().forget(table.table(), EnumSet.of(Kind.NEWCOMER));
              ends.sink().note(List.of(line.line(table.table())));
              lines.depart(table.table(), line);
            });
    return planLive(tables.stream().filter(table -> !dropped.contains(table.oid())).toList());
  }

  private Set<Integer> dropped(List<PublishedTable> tables) {
    return tables.isEmpty()
        ? Set.of()
        : DroppedTables.among(ends.sql(), tables.stream().map(PublishedTable::oid).toList());
  }

  /**
   * Cuts tables anew whose rows, if any, do not count any more, as the catalog knows them now; in
   * the destination's open transaction. One that is not published any more is left out, and one
   * that has another name by now waits until the stream has come to that. What is in the open
   * transaction so far is committed if tables get other columns or are made, or if the destination
   * makes what they lack in a session of its own, which would wait for the transaction.
   *
   * @param reached the position of all that was applied
   */
  List<TableLedger> planAgain(List<PublishedTable> tables, Position reached) {
    Map<Integer, TableId> names =
        tables.stream().collect(Collectors.toMap(PublishedTable::oid, PublishedTable::table));
    List<PublishedTable> current = new ArrayList<>();
    for (PublishedTable now :
        new PublicationCatalog(ends.sql()).tables(settings.feed().publication())) {
      TableId name = names.get(now.oid());
      if (now.table().equals(name)) {
        current.add(now);
      } else if (name != null) {
        postpone(now, name);
      }
    }
    Set<Integer> dropped = dropped(tables);
    tables.stream()
        .filter(table -> dropped.contains(table.oid()))
        .forEach(
            table ->
                lines.find(table.table()).ifPresent(line -> lines.depart(table.table(), line)));
    if (!current.isEmpty()) {
      SourceSnapshot.requireTelling(ends.sql());
    }
    List<PublishedTable> missing = current.stream().filter(ends.sink()::creates).toList();
    List<PublishedTable> there =
        current.stream().filter(table -> !missing.contains(table)).toList();
    List<PublishedTable> altered = there.stream().filter(this::isAltered).toList();
    boolean apart = there.stream().anyMatch(ends.sink()::completesApart);
    if (!altered.isEmpty() || !missing.isEmpty() || apart) {
      // What is committed with it says of none of the others that it has to be loaded.
      lines.noteReloads(current);
      begin(altered, reached);
    }
    altered.forEach(table -> alteration(table).ifPresent(ends.sink()::alter));
    there.stream().filter(table -> !altered.contains(table)).forEach(ends.sink()::empty);
    ends.sink().prepare(current);
    return planLive(current);
  }

  /** What is read is the rows of the name that a table has, so it has to have it here, too. */
  private void postpone(PublishedTable now, TableId name) {
    if (!DroppedTables.areTold(ends.sql())) {
      if (settings.feed().replaced() == Replacement.FAIL) {
        throw new WalferryException(
            ErrorCode.SOURCE_TABLE_REPLACED,
            name + ", which is to be loaded again, is called " + now);
      }
      lines.suspend(name);
      return;
    }
    LOG.info(
        "Table {} is called {} by now: it is loaded again once the stream has come to that",
        name,
        now);
    ends.sink().forget(name, UNSETTLED);
    lines.postpone(name);
    lines.noteReloads(List.of(now.named(name)));
  }

  /** Whether the destination has other columns, or some of them. */
  private boolean isAltered(PublishedTable table) {
    return ends.sink().capabilities().altersTables()
        && (lines.begun(table.table()).isPresent() || alteration(table).isPresent());
  }

  /**
   * Empties tables that get other columns, and has the ledger say which these are, and which they
   * get. From then on nobody asks for rows with the former ones, which the stream still brings:
   * otherwise an attempt that ends behind the alteration, or a person who makes it by hand, would
   * leave a table that they do not fit.
   */
  private void begin(List<PublishedTable> altered, Position reached) {
    Sink sink = ends.sink();
    List<PublishedTable> unfinished =
        altered.stream().filter(table -> lines.begun(table.table()).isPresent()).toList();
    for (PublishedTable table : altered) {
      sink.emptyToAlter(table);
      if (!unfinished.contains(table)) {
        announce(table);
      }
    }
    sink.commit(reached);
    if (!unfinished.isEmpty()) {
      unfinished.forEach(this::finish);
      sink.commit(reached);
    }
  }

  /** Does what an earlier attempt may have done in part, and says what comes next. */
  private void finish(PublishedTable table) {
    FollowedTable target = lines.begun(table.table()).orElseThrow();
    alteration(table, target).ifPresent(ends.sink()::alter);
    lines.altered(table.table(), target);
    announce(table);
  }

  private void announce(PublishedTable table) {
    FollowedTable line = lines.find(table.table()).orElseThrow();
    alteration(table)
        .ifPresent(alteration -> lines.begin(table.table(), line.as(alteration.after())));
  }

  /** Towards the columns that the table is loaded with. */
  private Optional<TableAlteration> alteration(PublishedTable table) {
    return alteration(table, FollowedTable.of(table, Lsn.ZERO));
  }

  /** What the table gets to become another one, if anything; its rows go. */
  private Optional<TableAlteration> alteration(PublishedTable table, FollowedTable target) {
    Optional<FollowedTable> found = lines.find(table.table());
    if (found.isEmpty() || found.get().columns().equals(target.columns())) {
      return Optional.empty();
    }
    FollowedTable line = found.get();
    AnnouncedColumns columns = new AnnouncedColumns(ends.sql(), table.columns(), target.columns());
    List<ColumnChange> changes = ColumnDifference.withoutRows(line, target, columns::published);
    Relation after =
        new Relation(table.oid(), table.table(), table.replicaIdentity(), target.columns());
    return changes.isEmpty()
        ? Optional.empty()
        : Optional.of(new TableAlteration(line.relation(after), after, changes, true));
  }

  /**
   * Has tables get indexes that are in step with the stream. Nothing is begun at the destination.
   *
   * @return whether it has something to commit
   */
  boolean index(List<PublishedTable> settled) {
    boolean made = false;
    for (PublishedTable table : settled) {
      made |= ends.sink().index(table, () -> SourceIndexes.read(ends.sql(), table));
    }
    return made;
  }

  /** Loads whatever is missing. The destination has just committed. */
  void load(List<TableLedger> ledgers) {
    List<TableLedger> missing = ledgers.stream().filter(ledger -> !ledger.isLoaded()).toList();
    if (missing.isEmpty()) {
      return;
    }
    SourceSnapshot.requireTelling(ends.sql());
    listener.loadStarted(missing.stream().map(ledger -> ledger.table().table()).toList());
    try (ChunkLoad load =
        ChunkLoad.start(
            ends.source(),
            ends.sink()::chunkWriter,
            settings.loadReaders(),
            missing,
            ends.text(),
            settings.stream().silenceMax(),
            settings.clock())) {
      long chunks = stop.during(() -> drain(load), load::interrupt);
      LOG.debug("Loaded {} chunks of {} tables", chunks, missing.size());
    } catch (WalferryException e) {
      throw moving(e);
    }
  }

  private long drain(ChunkLoad load) {
    long chunks = 0;
    Optional<LoadReport> next = load.next();
    while (next.isPresent()) {
      switch (next.get()) {
        case LoadReport.Rows(var table, var rows, var bytes) ->
            listener.rowsLoaded(table.table(), rows, bytes);
        case LoadReport.Waiting(var table) ->
            listener.waiting(
                table + " is read as soon as transactions have ended that may have written to it");
        case LoadReport.Chunk chunk -> chunks++;
      }
      next = load.next();
    }
    return chunks;
  }
}
