package io.walferry.bench.follow;

import io.walferry.change.Change;
import io.walferry.change.TransactionHeader;

/** Takes changes as they are delivered. For one thread. */
interface ChangeReader {
  /** The changes that follow belong to this transaction. */
  default void begin(TransactionHeader transaction) {}

  void read(Change change);
}
