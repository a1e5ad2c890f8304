package io.walferry.stream;

import io.walferry.change.Relation;
import io.walferry.change.Xid;
import io.walferry.pgoutput.PgOutputMessage;
import io.walferry.spool.SpooledTransaction;
import java.util.function.ToLongFunction;

/**
 * What was received of a transaction that has not committed: in progress, or prepared. What it
 * announces is its own until then, for others still see the relation as it was.
 */
final class PendingTransaction {
  private final SpooledTransaction blocks;
  private final AbortedXids aborted = new AbortedXids();

  private final RelationCache known;
  private final RelationCache relations = new RelationCache();
  private final ToLongFunction<Relation> numbers;
  private boolean hasMessages;
  private boolean unclear;

  /**
   * For one thread.
   *
   * @param known the relations that hold for it without being announced in it
   * @param numbers gives each announcement a number
   */
  PendingTransaction(
      SpooledTransaction blocks, RelationCache known, ToLongFunction<Relation> numbers) {
    this.blocks = blocks;
    this.known = known;
    this.numbers = numbers;
  }

  SpooledTransaction blocks() {
    return blocks;
  }

  void announced(PgOutputMessage.Relation message) {
    relations.announce(message.relation(), numbers.applyAsLong(message.relation()));
  }

  RelationCache known() {
    return known;
  }

  /** The last that was announced here of each relation. */
  RelationCache relations() {
    return relations;
  }

  /** A transactional message was received. */
  void message() {
    hasMessages = true;
  }

  /** A savepoint was rolled back to. */
  void abort(Xid subXid) {
    aborted.add(subXid);
    unclear |= hasMessages;
  }

  /**
   * Whether it has messages of which nobody knows whether they were rolled back: the server says
   * that they belong to the whole transaction, as it does for no other change.
   */
  boolean isUnclear() {
    return unclear;
  }

  boolean isAborted(Xid subXid) {
    return aborted.contains(subXid);
  }

  void discard() {
    blocks.close();
  }
}
