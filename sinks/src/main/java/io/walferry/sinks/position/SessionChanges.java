package io.walferry.sinks.position;

import io.walferry.change.Change;
import io.walferry.change.TransactionHeader;

/** Changes on their way into the open transaction of a session. Not for several threads. */
public interface SessionChanges {
  /** The changes that follow belong to this source transaction. */
  void begin(TransactionHeader transaction);

  /** Takes one change; it may be applied now or at {@link #flush}. */
  void append(Change change);

  /** Applies everything that came. */
  void flush();

  /** Forgets what was not applied, and what is known of tables since the transaction began. */
  void drop();
}
