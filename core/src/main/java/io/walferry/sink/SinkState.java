package io.walferry.sink;

import io.walferry.change.Position;
import java.util.List;

/** What a destination remembers of a feed when it is opened. */
public sealed interface SinkState {
  /** It has never seen this feed, or it cannot remember (standard output). */
  enum Fresh implements SinkState {
    FRESH
  }

  /**
   * Everything up to the position is there, as far as the ledger says nothing else.
   *
   * @param saved the feed that the position was saved with, which may have been on an earlier
   *     timeline, or on the server that this one was made of
   * @param ledger every line, in no order
   */
  record Following(Position position, FeedIdentity saved, List<LedgerEntry> ledger)
      implements SinkState {
    public Following {
      ledger = List.copyOf(ledger);
    }
  }
}
