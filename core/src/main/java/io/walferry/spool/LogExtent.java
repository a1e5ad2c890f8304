package io.walferry.spool;

import io.walferry.change.Lsn;

/**
 * What a {@link DurableLog} holds: every transaction that ends after {@code from}, up to and with
 * the one that ends at {@code to}.
 *
 * @param identity as of {@code to}
 */
public record LogExtent(LogIdentity identity, Lsn from, Lsn to) {}
