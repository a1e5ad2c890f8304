package io.walferry.bench.compare;

import io.walferry.change.Lsn;
import java.util.Locale;

/**
 * A load that was written; one in the log stands between its base slot's start and its end.
 *
 * @param rows row events
 * @param end every transaction whose commit starts before it belongs to the load; the next one is a
 *     mark, one row of table {@code bench_mark}
 * @param endXid all transactions of the load have smaller ids
 * @param xids that were given away meanwhile
 * @param bytes of log that was written meanwhile, or of the table
 */
record PreparedLoad(
    Load load, long rows, long transactions, Lsn end, long endXid, long xids, long bytes) {
  private static final double MEGABYTE = 1e6;

  /** As in {@code 20,000 rows, 200 transactions, 10 MB of log}. */
  String size() {
    String parts =
        load.isStreamed()
            ? "%,d rows, %,d transactions, %,.0f MB of log"
            : "%1$,d rows, %3$,.0f MB";
    return String.format(Locale.ROOT, parts, rows, transactions, bytes / MEGABYTE);
  }
}
