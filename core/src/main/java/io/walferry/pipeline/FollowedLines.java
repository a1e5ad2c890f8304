package io.walferry.pipeline;

import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import java.util.List;

/** What a ledger says of a feed that somebody else has followed so far. */
public final class FollowedLines {
  private FollowedLines() {}

  /**
   * The lines of tables whose rows are there already.
   *
   * @param patterns that the feed asks for; empty for every table
   * @param published what the publication carries
   */
  public static List<LedgerEntry> of(List<String> patterns, List<PublishedTable> published) {
    TableSelection selection = new TableSelection(patterns, published);
    return published.stream()
        .filter(table -> selection.includes(table.table()))
        .map(table -> FollowedTable.of(table, FollowedTable.UNKNOWN).line(table.table()))
        .toList();
  }
}
