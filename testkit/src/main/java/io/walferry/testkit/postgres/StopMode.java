package io.walferry.testkit.postgres;

/** How a running server is asked to stop. */
public enum StopMode {
  /** Rolls back open transactions, writes a checkpoint; may wait for a reader of the WAL. */
  FAST("INT"),
  /** Stops at once; the next start recovers from the WAL. */
  IMMEDIATE("QUIT");

  private final String signal;

  StopMode(String signal) {
    this.signal = signal;
  }

  String signal() {
    return signal;
  }
}
