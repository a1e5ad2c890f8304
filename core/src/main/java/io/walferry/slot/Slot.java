package io.walferry.slot;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A replication slot as the server shows it.
 *
 * @param plugin the output plug-in; empty for a physical slot
 * @param database that a logical slot belongs to; empty for a physical slot
 * @param activePid of the process that uses it now
 * @param invalidation why the server has given it up, in the server's word ({@code wal_removed},
 *     {@code idle_timeout}, …); before 17 only {@code wal_removed} and {@code conflicting} are
 *     known
 */
public record Slot(
    String name,
    Optional<String> plugin,
    Optional<String> database,
    OptionalInt activePid,
    RetainedWal wal,
    Traits traits,
    Optional<String> invalidation) {
  /**
   * What kind of slot it is.
   *
   * @param temporary it goes with the session that made it
   * @param twoPhase prepared transactions are decoded at their PREPARE
   * @param failover it is kept in step on standbys (17 and up)
   */
  public record Traits(boolean temporary, boolean twoPhase, boolean failover) {}

  public boolean isLogical() {
    return plugin.isPresent();
  }

  /** Whether changes can still be read from it. */
  public boolean isUsable() {
    return invalidation.isEmpty();
  }
}
