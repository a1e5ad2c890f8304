package io.walferry.bench.compare;

import java.util.Optional;

/**
 * One client's turn.
 *
 * @param failure why its figures mean nothing
 * @param seconds from the load's beginning to its last commit
 * @param clientCpuSeconds with the start of the JVM and what comes before the load
 * @param serverCpuSeconds of the destination, with what comes before the load
 */
record ApplyRun(
    String destination,
    String load,
    int round,
    String client,
    Optional<String> failure,
    long rows,
    double seconds,
    double clientCpuSeconds,
    double serverCpuSeconds,
    long clientPeakBytes) {
  double rowsPerSecond() {
    return rows / seconds;
  }
}
