package io.walferry.change;

/**
 * A committed source transaction: a cursor that passes over its changes once, in their order,
 * however many there are. Not for several threads.
 *
 * <pre>{@code
 * while (transaction.advance()) {
 *   use(transaction.change());
 * }
 * done(transaction.endLsn());
 * }</pre>
 */
public interface Transaction {
  TransactionHeader header();

  /**
   * Moves to the next change and blocks until it has arrived.
   *
   * @return false if there are no more
   */
  boolean advance();

  /**
   * The change that the last {@link #advance()} moved to.
   *
   * @throws IllegalStateException if there is none
   */
  Change change();

  /**
   * The end of the commit record: where the next transaction may start, and what is confirmed.
   *
   * @throws IllegalStateException before {@link #advance()} has returned false
   */
  Lsn endLsn();
}
