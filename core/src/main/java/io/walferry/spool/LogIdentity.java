package io.walferry.spool;

/**
 * Whose changes a {@link DurableLog} holds.
 *
 * @param systemId of the server
 * @param timeline of the server's log
 */
public record LogIdentity(long systemId, int timeline, String slot) {
  public boolean isOfTheSameSlot(LogIdentity other) {
    return systemId == other.systemId && slot.equals(other.slot);
  }
}
