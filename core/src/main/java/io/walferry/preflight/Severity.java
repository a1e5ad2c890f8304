package io.walferry.preflight;

/** What a finding means for a feed from this server. */
public enum Severity {
  /** As it must be. */
  OK,
  /** Works, but somebody should know. */
  NOTE,
  /** A feed cannot start, loses changes, or makes the application's own statements fail. */
  PROBLEM
}
