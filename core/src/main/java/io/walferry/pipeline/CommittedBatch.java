package io.walferry.pipeline;

import io.walferry.change.Position;
import java.time.Instant;
import java.util.Optional;

/**
 * What one commit at the destination has made durable.
 *
 * @param bytes of the rows, about
 * @param lastCommitTime of the last source transaction; empty if only the position has moved
 */
public record CommittedBatch(
    long transactions,
    long changes,
    long bytes,
    Position position,
    Optional<Instant> lastCommitTime) {}
