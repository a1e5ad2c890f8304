package io.walferry.publication;

import io.walferry.change.TableId;
import java.util.OptionalInt;

/**
 * A table of a source database, published or not.
 *
 * @param partitioned whether its rows are in partitions and not in itself
 * @param permanent false if it is unlogged, so that its changes are not in the WAL
 * @param parentOid of the partitioned table that it is a partition of
 */
public record SourceTable(
    int oid, TableId table, boolean partitioned, boolean permanent, OptionalInt parentOid) {}
