package io.walferry.stream;

import io.walferry.change.Relation;
import io.walferry.change.Xid;
import io.walferry.pgoutput.PgOutputMessage;
import io.walferry.spool.SpooledTransaction;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What was received of a transaction that has not committed: in progress, or prepared. What it
 * announces is its own until then, for others still see the relation as it was.
 */
final class PendingTransaction {
  /** More are not asked for: four bytes each here, and a row each of the answer. */
  private static final int SUB_TRANSACTIONS_MAX = 100_000;

  private final SpooledTransaction blocks;
  private final RelationCache known;
  private final RelationCache relations = new RelationCache();
  private final ToLongFunction<Relation> numbers;
  private XidSet subTransactions = new XidSet();
  private XidSet rolledBack = new XidSet();
  private boolean tooMany;
  private boolean hasMessages;

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

  /** Finds a relation as its last message has it. */
  Optional<Relation> find(int oid) {
    Optional<Relation> own = relations.find(oid);
    return own.isPresent() ? own : known.find(oid);
  }

  RelationCache known() {
    return known;
  }

  /** The last that was announced here of each relation. */
  RelationCache relations() {
    return relations;
  }

  /** A transactional message was received while the transaction was in progress. */
  void message() {
    hasMessages = true;
  }

  /** A change of a sub-transaction was received. */
  void subTransaction(int xid) {
    if (tooMany) {
      return;
    }
    subTransactions.add(xid);
    if (subTransactions.isLongerThan(SUB_TRANSACTIONS_MAX)) {
      tooMany = true;
      subTransactions = new XidSet();
    }
  }

  /**
   * Finds out what was rolled back, now that the rest has committed. The server's word for it
   * ({@code Stream Abort}) does not always come: seen on 14 to 18 for sub-transactions with large
   * values.
   *
   * @return false if it cannot be known: of too many or too old sub-transactions, or of messages,
   *     which the server gives the id of the whole transaction
   */
  boolean settle(SubTransactions source) {
    if (tooMany || hasMessages) {
      return false;
    }
    if (subTransactions.isEmpty()) {
      return true;
    }
    return source.rolledBack(subTransactions).map(found -> rolledBack = found).isPresent();
  }

  /** Whether a sub-transaction was rolled back. */
  boolean isRolledBack(Xid subXid) {
    return rolledBack.contains(subXid);
  }

  void discard() {
    blocks.close();
  }
}
