package io.walferry.spool;

import io.walferry.change.Lsn;

/**
 * A place between two transactions of a {@link DurableLog}.
 *
 * @param number of the segment
 * @param bytes of the segment before it
 * @param end everything that ends at or before is before it
 */
record Boundary(long number, long bytes, Lsn end) {}
