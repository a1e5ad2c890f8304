package io.walferry.sink;

/**
 * What a destination can promise.
 *
 * @param savesPosition whether it remembers how far it has come; if not, a restart resumes where
 *     the slot was last confirmed and may repeat changes
 */
public record SinkCapabilities(boolean savesPosition) {}
