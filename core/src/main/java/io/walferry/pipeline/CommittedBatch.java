package io.walferry.pipeline;

import io.walferry.change.Position;
import java.time.Instant;
import java.util.Optional;

/**
 * What one commit has handed to every destination, or what has become durable at each of them.
 *
 * @param bytes of the rows, about
 * @param position where it ends; everything before is there as well
 * @param lastCommitTime of the last source transaction; empty if only the position has moved
 */
public record CommittedBatch(
    long transactions,
    long changes,
    long bytes,
    Position position,
    Optional<Instant> lastCommitTime) {}
