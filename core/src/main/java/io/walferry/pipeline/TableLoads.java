package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.publication.AnnouncedColumns;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.LedgerEntry;
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
      EnumSet.of(Kind.CHUNK, Kind.ROW, Kind.RELOAD, Kind.ALTERATION);

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
      TableLedger ledger =
          TableLedger.plan(
              ends.sql(), LoadTable.read(ends.sql(), table), base, settings.chunkBytes());
      ends.sink().forget(table.table(), PLANNED_ANEW);
      lines.note(List.of(table));
      ends.sink().note(ledger.entries());
      ledgers.add(ledger);
    }
    lines.requireUnmoved(tables);
    return ledgers;
  }

  /**
   * Cuts tables of a feed that is under way. Their reads see every transaction that has begun by
   * now: those that run may have written before the publication carried the table, and those that
   * the stream has brought were not applied.
   */
  List<TableLedger> planLive(List<PublishedTable> tables) {
    SourceSnapshot.requireTelling(ends.sql());
    return plan(tables, SourceSnapshot.begun(ends.sql()));
  }

  /**
   * Cuts tables anew whose rows, if any, do not count any more, as the catalog knows them now; in
   * the destination's open transaction. One that is not published any more is left out. What is in
   * the open transaction so far is committed if tables get other columns.
   *
   * @param reached the position of all that was applied
   */
  List<TableLedger> planAgain(List<PublishedTable> tables, Position reached) {
    Set<Integer> oids = tables.stream().map(PublishedTable::oid).collect(Collectors.toSet());
    List<PublishedTable> current =
        new PublicationCatalog(ends.sql())
            .tables(settings.feed().publication()).stream()
                .filter(table -> oids.contains(table.oid()))
                .toList();
    if (!current.isEmpty()) {
      SourceSnapshot.requireTelling(ends.sql());
    }
    List<PublishedTable> altered = current.stream().filter(this::isAltered).toList();
    if (!altered.isEmpty()) {
      // What is committed with it says of none of the others that it has to be loaded.
      noteReloads(current);
      begin(altered, reached);
    }
    altered.forEach(table -> alteration(table).ifPresent(ends.sink()::alter));
    current.stream().filter(table -> !altered.contains(table)).forEach(ends.sink()::empty);
    ends.sink().prepare(current);
    return planLive(current);
  }

  /** Has the ledger say that tables are to be loaded again, until they are planned. */
  void noteReloads(List<PublishedTable> tables) {
    if (!tables.isEmpty()) {
      ends.sink()
          .note(
              tables.stream()
                  .map(table -> new LedgerEntry(table.table(), Kind.RELOAD, "", ""))
                  .toList());
    }
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

  /** Loads whatever is missing. The destination has just committed. */
  void load(List<TableLedger> ledgers) {
    List<TableLedger> missing = ledgers.stream().filter(ledger -> !ledger.isLoaded()).toList();
    if (missing.isEmpty()) {
      return;
    }
    SourceSnapshot.requireTelling(ends.sql());
    listener.loadStarted(missing.stream().map(ledger -> ledger.table().table()).toList());
    List<ChunkWriter> writers = new ArrayList<>();
    for (int i = 0; i < settings.loadReaders(); i++) {
      writers.add(ends.sink().chunkWriter());
    }
    try (ChunkLoad load =
        ChunkLoad.start(ends.source(), writers, missing, settings.stream().silenceMax())) {
      long chunks = stop.during(() -> drain(load), load::interrupt);
      LOG.debug("Loaded {} chunks of {} tables", chunks, missing.size());
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
