package io.walferry.sink;

/**
 * Which feed a position belongs to. A position is worth nothing on another server or timeline, or
 * for another slot.
 *
 * @param pipeline the user's name for the feed; unique at the destination
 * @param systemId {@code system_identifier} of the source, unsigned
 * @param timeline of the source's write-ahead log when the feed was opened
 */
public record FeedIdentity(String pipeline, long systemId, int timeline, String slot) {}
