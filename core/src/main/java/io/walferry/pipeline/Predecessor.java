package io.walferry.pipeline;

import io.walferry.change.Lsn;

/**
 * The server that the source was made of, by {@code pg_upgrade} or otherwise, with the same tables
 * under the same oids.
 *
 * @param systemId that it had
 * @param slotBegins where the slot was made on the server of today. Of what the slot has to bring,
 *     everything before was on the old server, and everything behind is on the new one
 */
public record Predecessor(long systemId, Lsn slotBegins) {}
