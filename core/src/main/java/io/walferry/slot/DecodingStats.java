package io.walferry.slot;

/**
 * What decoding for a slot has taken since its statistics were reset ({@code
 * pg_stat_replication_slots}, 14 and up).
 *
 * @param spilledTransactions that did not fit into {@code logical_decoding_work_mem}, so that the
 *     server wrote them to its disk
 * @param spilledBytes of them; a transaction counts each time it is decoded
 * @param streamedTransactions that were sent in parts, while they were in progress
 */
public record DecodingStats(
    long spilledTransactions,
    long spilledBytes,
    long streamedTransactions,
    long streamedBytes,
    long totalTransactions,
    long totalBytes) {}
