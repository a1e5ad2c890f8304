package io.walferry.library;

import io.walferry.change.Position;
import java.time.Duration;
import java.util.Optional;

/**
 * How far a feed has come since it was started.
 *
 * @param rowsLoaded existing rows that were delivered
 * @param transactions that were delivered
 * @param changes of them
 * @param rejected events that no callback could deal with
 * @param outstanding events that wait for their acknowledgement
 * @param retries failed attempts that were followed by another one
 * @param durable up to where everything is acknowledged and saved; empty before the first
 *     checkpoint
 * @param lag between the last commit at the source and its delivery here
 */
public record Progress(
    Status status,
    long rowsLoaded,
    long transactions,
    long changes,
    long rejected,
    long outstanding,
    long retries,
    Optional<Position> durable,
    Duration lag) {}
