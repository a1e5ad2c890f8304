package io.walferry.library;

/** When the checkpoint is saved, and so how much may come again after a crash. */
public enum Acknowledge {
  /** After each transaction: about one transaction may come again. Costs a save for each. */
  TRANSACTION,
  /**
   * After a batch of transactions, behind the callback for {@link Event.Batch}: whoever gathers
   * work writes it there. A batch may come again.
   */
  BATCH
}
