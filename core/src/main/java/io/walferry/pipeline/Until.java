package io.walferry.pipeline;

import io.walferry.change.Lsn;

/** Where a feed ends by itself. */
public sealed interface Until {
  /** Nowhere: it runs until it is stopped. */
  enum Stopped implements Until {
    STOPPED
  }

  /** Where the source's log ends when the feed first reaches the source. */
  enum Now implements Until {
    NOW
  }

  /** Every transaction whose commit starts before {@code lsn} is delivered, and none after it. */
  record At(Lsn lsn) implements Until {}

  /**
   * Reads {@code now} or an LSN.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static Until parse(String text) {
    return text.equals("now") ? Now.NOW : new At(Lsn.parse(text));
  }
}
