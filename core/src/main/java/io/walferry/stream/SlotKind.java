package io.walferry.stream;

/** How long a slot that is made lives, and where. */
public enum SlotKind {
  /** The server drops it with the connection that made it. */
  TEMPORARY,
  /** It stays until it is dropped, on this server only. */
  PERSISTENT,
  /**
   * It stays, and standbys that synchronize slots keep it too, so that it is there when one is
   * promoted. Where that cannot be had (before PostgreSQL 17, and on a standby), as {@link
   * #PERSISTENT}.
   */
  FAILOVER
}
