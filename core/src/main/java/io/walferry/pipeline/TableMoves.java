package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.ddl.ToldChange;
import io.walferry.ddl.ToldTable;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what the source tells of whole tables. A table is the one of its oid, whatever its name
 * is; the ledger has the name that it has at this place of the stream, or that it had when it was
 * read if that was later. Belongs to the pipeline's thread.
 */
final class TableMoves {
  private static final Logger LOG = LoggerFactory.getLogger(TableMoves.class);

  private final FeedSettings feed;
  private final FeedEnds ends;
  private final TableSelection selection;
  private final TableLines lines;
  private final Replay replay;

  TableMoves(
      FeedSettings feed, FeedEnds ends, TableSelection selection, TableLines lines, Replay replay) {
    this.feed = feed;
    this.ends = ends;
    this.selection = selection;
    this.lines = lines;
    this.replay = replay;
  }

  /**
   * What is to be done, in this order.
   *
   * @param commitLsn of the transaction that tells it
   */
  List<TableMove> of(ToldChange told, Lsn commitLsn) {
    return switch (told) {
      case ToldTable table -> moves(table, commitLsn);
      case ToldChange.Dropped(var oid, var table) ->
          lines.nameHeld(oid).stream().<TableMove>map(TableMove.Dropped::new).toList();
      case ToldChange.Rewritten rewritten -> List.of();
    };
  }

  private List<TableMove> moves(ToldTable told, Lsn commitLsn) {
    List<TableMove> moves = new ArrayList<>();
    boolean vacates = vacates(told, commitLsn);
    if (vacates) {
      // One that will be gone is not to stay here.
      moves.add(
          lines.isDeparted(told.table())
              ? new TableMove.Dropped(told.table())
              : new TableMove.Left(told.table()));
    }
    lines
        .nameHeld(told.oid())
        .filter(name -> !name.equals(told.table()))
        .filter(name -> lines.isDeparted(name) || !isRead(name, commitLsn))
        .map(name -> move(name, told, vacates || lines.find(told.table()).isEmpty()))
        .ifPresent(moves::add);
    return moves;
  }

  /** Whether a table was read behind this place, under the name that it had then. */
  private boolean isRead(TableId name, Lsn commitLsn) {
    return lines.find(name).filter(line -> commitLsn.isBefore(line.since())).isPresent();
  }

  /**
   * Whether the name is that of another table here, which the source has moved out of sight: of
   * what no publication carries it does not tell.
   */
  private boolean vacates(ToldTable told, Lsn commitLsn) {
    TableId name = told.table();
    return lines.held(name).filter(line -> line.oid() != told.oid()).isPresent()
        && (lines.isDeparted(name) || (!isRead(name, commitLsn) && !replay.isToPlan(name)));
  }

  private TableMove move(TableId name, ToldTable told, boolean free) {
    if (!selection.includes(told.table()) || isLeft(told.oid())) {
      return new TableMove.Left(name);
    }
    if (free) {
      return new TableMove.Renamed(name, told.table());
    }
    // One that will be gone needs no other name meanwhile.
    return lines.isDeparted(name)
        ? new TableMove.Dropped(name)
        : new TableMove.Waits(name, told.table());
  }

  /** Whether the publication carries it no more, though it is there. */
  private boolean isLeft(int oid) {
    return published(oid).isEmpty() && !DroppedTables.among(ends.sql(), List.of(oid)).contains(oid);
  }

  private Optional<PublishedTable> published(int oid) {
    return new PublicationCatalog(ends.sql())
        .tables(feed.publication()).stream().filter(table -> table.oid() == oid).findFirst();
  }

  /** Has a table go, or stay without being followed. Nothing of it waits. */
  void drop(TableId table) {
    if (ends.sink().capabilities().altersTables()) {
      ends.sink().drop(table);
    } else {
      LOG.warn("Table {} was dropped at the source; what is here of it stays", table);
    }
    lines.drop(table);
  }

  /** Follows a table no more. Nothing of it waits. */
  void leave(TableId table) {
    LOG.warn(
        "Table {} is called otherwise at the source, and this feed does not follow it under that"
            + " name; its rows at the destination stay",
        table);
    lines.vacate(table);
  }

  /** Notes what is about to be done, for an attempt that may find it done. */
  void begin(TableMove.Renamed move) {
    lines.beginRename(move.table(), move.to());
  }

  /**
   * Has a table be called otherwise. Nothing of it waits.
   *
   * @param again whether its rows do not count and have to be loaded again
   */
  void rename(TableMove.Renamed move, boolean again) {
    ends.sink().rename(move.table(), move.to());
    lines.rename(move.table(), move.to());
    LOG.info("Table {} is called {} at the source", move.table(), move.to());
    if (again) {
      loadAgain(move.to());
    }
  }

  /** Has a table wait for its name; what comes of it meanwhile is left out. */
  void await(TableMove.Waits move) {
    loadAgain(move.table());
    if (lines.find(move.table()).isPresent()) {
      lines.await(move.table(), move.to());
    }
  }

  /** A table that has waited for a name which is free now. */
  Optional<TableMove.Renamed> freed() {
    return lines.awaited().entrySet().stream()
        .filter(entry -> lines.held(entry.getValue()).isEmpty())
        .map(entry -> new TableMove.Renamed(entry.getKey(), entry.getValue()))
        .findFirst();
  }

  /** Loads a table again under the name that it has here; unless it is gone by now. */
  void loadAgain(TableId table) {
    Optional<FollowedTable> line = lines.find(table);
    if (line.isEmpty()) {
      return;
    }
    if (feed.load() == LoadMode.NONE) {
      throw new WalferryException(
          ErrorCode.SOURCE_TABLE_REWRITTEN,
          table + " would have to be loaded again, and 'pipeline.load' is none");
    }
    published(line.get().oid())
        .ifPresentOrElse(
            now -> replay.loadSoon(now.named(table), true), () -> lines.depart(table, line.get()));
  }
}
