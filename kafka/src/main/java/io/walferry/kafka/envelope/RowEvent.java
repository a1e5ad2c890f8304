package io.walferry.kafka.envelope;

import java.util.Optional;

/**
 * What has happened to one row, or to all rows of a table.
 *
 * @param before empty where there was no row, or nothing was sent of it
 * @param after empty where there is no row any more
 */
public record RowEvent(
    Op op, TableShape table, Optional<RowImage> before, Optional<RowImage> after, Origin origin) {}
