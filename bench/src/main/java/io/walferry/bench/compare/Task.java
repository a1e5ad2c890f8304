package io.walferry.bench.compare;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One run of one client: what it drains or loads, and where to.
 *
 * @param slot the copy that it drains, or the one that it makes
 * @param destination reset for this run; present if any client of this benchmark writes
 * @param directory for files of this benchmark, removed at its end
 */
record Task(
    PreparedLoad load,
    String slot,
    Source source,
    Optional<Destination> destination,
    Path directory) {}
