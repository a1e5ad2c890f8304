package io.walferry.library;

/** What a feed is at. */
public enum Status {
  STOPPED,
  /** Connects, or waits before another try. */
  STARTING,
  /** Reads existing rows. */
  SYNCING,
  /** Follows changes. */
  LISTENING,
  /** Finishes what was begun. */
  STOPPING
}
