package io.walferry.sinks.run;

/** Brings changes of one relation to its table, in the open transaction. */
public interface RunSender {
  /**
   * Applies a run, group by group. Strict: every change changes exactly one row.
   *
   * @throws io.walferry.error.WalferryException {@code DESTINATION_CONFLICT} if one does not
   */
  void send(Run run);
}
