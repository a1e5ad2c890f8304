package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.LedgerEntry.Kind;
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
      ends.sink().forget(table.table(), UNSETTLED);
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
   * the destination's open transaction. One that is not published any more is left out.
   */
  List<TableLedger> planAgain(List<PublishedTable> tables) {
    Set<Integer> oids = tables.stream().map(PublishedTable::oid).collect(Collectors.toSet());
    List<PublishedTable> current =
        new PublicationCatalog(ends.sql())
            .tables(settings.feed().publication()).stream()
                .filter(table -> oids.contains(table.oid()))
                .toList();
    for (PublishedTable table : current) {
      switch (ends.sink().capabilities().alterations()) {
        case NONE -> ends.sink().empty(table);
        case IN_TRANSACTION -> {
          ends.sink().empty(table);
          reshape(table);
        }
        case ON_THEIR_OWN -> {
          // A table that was emptied could not be altered any more.
          reshape(table);
          ends.sink().empty(table);
        }
      }
    }
    ends.sink().prepare(current);
    return planLive(current);
  }

  /** Gives a table whose rows go the columns that it is loaded with. */
  private void reshape(PublishedTable table) {
    lines
        .find(table.table())
        .ifPresent(
            line -> {
              FollowedTable now = FollowedTable.of(table, Lsn.ZERO);
              List<ColumnChange> changes = ColumnDifference.withoutRows(line, table);
              if (!changes.isEmpty()) {
                Relation after =
                    new Relation(
                        table.oid(), table.table(), table.replicaIdentity(), now.columns());
                ends.sink().alter(new TableAlteration(line.relation(after), after, changes));
              }
            });
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
