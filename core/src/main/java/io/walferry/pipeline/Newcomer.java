package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.snapshot.LedgerText;
import java.util.List;

/**
 * A table that has come to a feed under way, as the ledger says it until the table is cut into
 * chunks.
 *
 * @param table as it was when it came
 * @param made whether it was about to be made at the destination
 */
record Newcomer(FollowedTable table, boolean made) {
  private static final String MADE = "made";
  private static final String THERE = "there";

  static Newcomer of(PublishedTable table, boolean made) {
    return new Newcomer(FollowedTable.of(table, Lsn.ZERO), made);
  }

  static Newcomer parse(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    LedgerEntry inner = new LedgerEntry(line.table(), LedgerEntry.Kind.TABLE, "", fields.getLast());
    return new Newcomer(FollowedTable.parse(inner), fields.getFirst().equals(MADE));
  }

  LedgerEntry line(TableId name) {
    return new LedgerEntry(
        name,
        LedgerEntry.Kind.NEWCOMER,
        "",
        LedgerText.of(List.of(made ? MADE : THERE, table.line(name).content())));
  }

  /** As it was to be made. */
  Relation relation(TableId name) {
    return new Relation(table.oid(), name, ReplicaIdentity.DEFAULT, table.columns());
  }
}
