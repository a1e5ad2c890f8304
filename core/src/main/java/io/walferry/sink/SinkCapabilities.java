package io.walferry.sink;

/**
 * What a destination can promise.
 *
 * @param savesPosition whether it remembers how far it has come; if not, a restart resumes where
 *     the slot was last confirmed and may repeat changes
 * @param replacesRows whether some rows of a table can be read again without the others: it keeps
 *     rows by their keys, and all of them are the feed's
 */
public record SinkCapabilities(boolean savesPosition, boolean replacesRows) {}
