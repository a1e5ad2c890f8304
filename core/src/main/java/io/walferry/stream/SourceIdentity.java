package io.walferry.stream;

import io.walferry.change.Lsn;

/**
 * Which server this is, and where its write-ahead log stands.
 *
 * @param systemId unsigned
 */
public record SourceIdentity(long systemId, int timeline, Lsn walEnd, String database) {}
