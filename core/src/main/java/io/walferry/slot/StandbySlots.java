package io.walferry.slot;

/**
 * The standbys that a server waits for (17 and up): what one of them does not have yet does not go
 * out to consumers of failover slots.
 */
public final class StandbySlots {
  /** The setting that names their slots. */
  public static final String SETTING = "synchronized_standby_slots";

  private StandbySlots() {}

  /**
   * Whether a message of the server, in any language, says that one of them is missing or behind.
   * As a warning it means that the server waits.
   */
  public static boolean areAwaited(String message) {
    return message.contains(SETTING);
  }
}
