package io.walferry.sink;

/**
 * Which feed a position belongs to. A position is worth nothing on another server or for another
 * slot, and on another timeline only if the server was there before it changed its timeline. A
 * server that {@code pg_upgrade} has made has another system id than the one it was made of.
 *
 * @param pipeline the user's name for the feed; unique at the destination
 * @param systemId {@code system_identifier} of the source, unsigned
 * @param timeline of the source's write-ahead log when the feed was opened
 */
public record FeedIdentity(String pipeline, long systemId, int timeline, String slot) {
  /** Whether both are of the same server, whatever its timeline. */
  public boolean isOfTheServer(FeedIdentity other) {
    return systemId == other.systemId;
  }
}
