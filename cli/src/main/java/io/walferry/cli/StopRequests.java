package io.walferry.cli;

/** Who tells a command to end cleanly: signals, or a test. */
@FunctionalInterface
interface StopRequests {
  /** Calls the action, on another thread, when a stop is asked for. */
  void onStop(Runnable action);
}
