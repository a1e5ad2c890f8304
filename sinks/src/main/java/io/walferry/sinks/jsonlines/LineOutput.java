package io.walferry.sinks.jsonlines;

import io.walferry.change.Position;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import java.util.List;

/** Where lines go, and what is remembered there. Called in the order of a sink's methods. */
sealed interface LineOutput extends AutoCloseable permits LineFile, LineStream {
  boolean savesPosition();

  SinkState open(FeedIdentity feed, Claim claim);

  /** Takes the first bytes of the array, at once. */
  void write(byte[] bytes, int length);

  /** The place after everything that was written. */
  long end();

  /** Takes back what was written after that place, where that is possible. */
  void cutOff(long place);

  /**
   * Returns when everything written and the position are durable, as far as this place can.
   *
   * @param ledger every line of it
   */
  void commit(Position position, List<LedgerEntry> ledger);

  @Override
  void close();
}
