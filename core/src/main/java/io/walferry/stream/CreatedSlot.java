package io.walferry.stream;

import io.walferry.change.Lsn;

/**
 * A slot that was just made, with the snapshot of the moment at which its stream starts.
 *
 * @param snapshotName for {@code SET TRANSACTION SNAPSHOT}, valid until the replication connection
 *     is used again or closed
 */
public record CreatedSlot(String name, Lsn consistentPoint, String snapshotName) {}
