package io.walferry.bench.compare;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What the source says about a client at some moment.
 *
 * @param backends the processes that serve it now
 * @param streamedAt when one of them was told to start the stream
 * @param xidsHeld transactions that the oldest xmin still protects from vacuum
 * @param walBytesHeld that its slot still keeps
 */
record SourceState(
    Set<Long> backends, Optional<Instant> streamedAt, long xidsHeld, long walBytesHeld) {}
