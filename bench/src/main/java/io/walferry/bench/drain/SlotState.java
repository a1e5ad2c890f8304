package io.walferry.bench.drain;

import java.time.Instant;
import java.util.Optional;

/**
 * What the source says about a slot.
 *
 * @param walsender the process that serves it now
 * @param streamedAt when that process was told to start the stream
 * @param xidsHeld transactions of the load that the slot's xmin still protects from vacuum
 * @param walBytesHeld of the load that the slot still keeps
 */
record SlotState(
    Optional<Long> walsender, Optional<Instant> streamedAt, long xidsHeld, long walBytesHeld) {}
