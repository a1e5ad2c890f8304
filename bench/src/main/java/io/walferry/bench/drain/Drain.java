package io.walferry.bench.drain;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One run of one client: what it drains, and where to.
 *
 * @param destination reset for this run; present if any client of this benchmark writes
 * @param directory for files of this benchmark, removed at its end
 */
record Drain(
    PreparedLoad load,
    String slot,
    Source source,
    Optional<Destination> destination,
    Path directory) {}
