package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.AnnouncedColumns;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tables that one destination follows, as its ledger has them. Belongs to the pipeline's
 * thread.
 */
final class TableLines {
  private final FeedEnds ends;
  private final String publication;
  private final Map<TableId, FollowedTable> tables = new HashMap<>();

  /** What tables are about to become. */
  private final Map<TableId, FollowedTable> begun = new HashMap<>();

  TableLines(FeedEnds ends, String publication) {
    this.ends = ends;
    this.publication = publication;
  }

  Optional<FollowedTable> find(TableId table) {
    return Optional.ofNullable(tables.get(table));
  }

  /** Takes what the ledger says, or will say with the next note. */
  void know(TableId table, FollowedTable line) {
    tables.put(table, line);
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
  }

  /** Notes what the destination has of a table that was altered. */
  void altered(TableId table, FollowedTable line) {
    end(table);
    note(table, line);
  }

  private void end(TableId table) {
    if (begun.remove(table) != null) {
      ends.sink().forget(table, EnumSet.of(LedgerEntry.Kind.ALTERATION));
    }
  }

  /**
   * Sees that tables have still the columns with which they were just noted. A column that came in
   * between would be in what is read and not in the line, or the other way round, and what rows
   * have in it would get lost.
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
      ends.sink().note(published.stream().map(table -> know(table).line(table.table())).toList());
    }
  }
}
