package io.walferry.kafka.envelope;

import io.walferry.change.TransactionHeader;

/** Where a record comes from. */
public sealed interface Origin {
  /**
   * A change of a transaction.
   *
   * @param ordinal of the change in its transaction, from 0
   */
  record InTransaction(TransactionHeader header, long ordinal) implements Origin {}

  /**
   * A row that was there already, or a table that is emptied to be loaded again.
   *
   * @param load tells loads, and parts of them, from one another
   * @param ordinal of the row in it, from 0
   */
  record InLoad(String load, long ordinal) implements Origin {}
}
