package io.walferry.bench.compare;

import io.walferry.change.Lsn;
import java.nio.file.Path;

/**
 * A load in a durable log.
 *
 * @param begin where the load begins; what is before makes the rows that it finds
 * @param end every transaction whose commit starts before it belongs to the load; one more follows
 * @param rows row events of the load
 * @param expected what {@link ApplySource#DIGEST} says of the table at the end
 */
record FilledLog(ApplyLoad load, Path directory, Lsn begin, Lsn end, long rows, String expected) {}
