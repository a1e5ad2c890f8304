package io.walferry.bench.drain;

import io.walferry.change.Lsn;

/**
 * A load that was written, between its base slot's start and its end.
 *
 * @param rows row events
 * @param end every transaction whose commit starts before it belongs to the load; the next one is a
 *     mark, one row of table {@code bench_mark}
 * @param endXid all transactions of the load have smaller ids
 * @param xids that were given away meanwhile
 * @param walBytes that were written meanwhile
 */
record PreparedLoad(
    Load load, long rows, long transactions, Lsn end, long endXid, long xids, long walBytes) {}
