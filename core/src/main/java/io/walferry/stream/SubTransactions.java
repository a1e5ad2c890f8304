package io.walferry.stream;

import io.walferry.error.WalferryException;
import java.util.Optional;

/** Tells which sub-transactions of a transaction that has committed were rolled back. */
interface SubTransactions {
  /**
   * Asks the source.
   *
   * @return those of {@code xids} that were rolled back; empty if that is not known any more
   * @throws WalferryException if the source cannot be asked
   */
  Optional<XidSet> rolledBack(XidSet xids);
}
