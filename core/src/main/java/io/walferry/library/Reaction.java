package io.walferry.library;

import java.time.Duration;

/** What to do about a callback that has failed. */
public sealed interface Reaction {
  /** The feed stops with the error; the next start delivers the event again. */
  enum Stop implements Reaction {
    STOP
  }

  /** The callback is called again with the same event; nothing else is delivered meanwhile. */
  record Retry(Duration delay) implements Reaction {}

  /** The event goes to whoever takes rejected ones, and counts as acknowledged. */
  enum Reject implements Reaction {
    REJECT
  }
}
