package io.walferry.pipeline;

import io.walferry.sink.Claim;
import io.walferry.sink.Sink;
import java.util.function.Supplier;

/**
 * One destination of a feed over all attempts of this process.
 *
 * @param sinks makes it anew for each attempt
 * @param claim that all of these present
 */
record Target(Supplier<Sink> sinks, Claim claim) {}
