package io.walferry.pipeline;

import io.walferry.change.Lsn;
import io.walferry.sink.LedgerEntry;
import io.walferry.snapshot.LedgerText;
import java.util.List;

/**
 * A transaction of which a destination has a part, since it altered a table in its middle and could
 * do so between two of its own transactions only.
 *
 * @param commitLsn of the transaction
 * @param changes how many of its changes the destination has, of all that the stream brings of it
 */
record TornTransaction(Lsn commitLsn, long changes) {
  static TornTransaction parse(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    return new TornTransaction(Lsn.parse(fields.get(0)), Long.parseLong(fields.get(1)));
  }

  LedgerEntry line() {
    return new LedgerEntry(
        FeedLedger.FEED,
        LedgerEntry.Kind.TRANSACTION,
        "",
        LedgerText.of(List.of(commitLsn.toString(), Long.toString(changes))));
  }
}
