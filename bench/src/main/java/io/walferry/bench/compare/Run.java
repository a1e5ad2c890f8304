package io.walferry.bench.compare;

import java.util.Locale;
import java.util.Optional;

/**
 * What was measured of one client in one round.
 *
 * @param failure why there is nothing else to see
 * @param startSeconds from the client's start to the beginning of its work
 * @param seconds from START_REPLICATION, or from the beginning of a first load, to the end
 * @param clientCpuSeconds of the client's processes from their start to the end of the load
 * @param sourceCpuSeconds of the source's processes that served it, to the end of the load
 * @param destinationCpuSeconds of the destination's server without what counts as the client
 * @param xidsHeld transactions that the source held from vacuum before the client's start
 * @param xidsHeldMost the oldest xmin that was held at any time, in transactions behind the newest
 * @param xidsHeldAfter when the client has left
 * @param walBytesHeldAfter when the client has left
 */
record Run(
    String load,
    int round,
    String client,
    Optional<String> failure,
    long rows,
    double startSeconds,
    double seconds,
    double clientCpuSeconds,
    double sourceCpuSeconds,
    double destinationCpuSeconds,
    long clientPeakBytes,
    long xidsHeld,
    long xidsHeldMost,
    long xidsHeldAfter,
    long walBytesHeldAfter) {
  static Run failed(PreparedLoad load, int round, Client client, String failure) {
    return new Run(
        load.load().label(),
        round,
        client.name(),
        Optional.of(failure),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  boolean succeeded() {
    return failure.isEmpty();
  }

  String brief() {
    return String.format(Locale.ROOT, "%,.0f rows/s in %.1f s", rowsPerSecond(), seconds);
  }

  double rowsPerSecond() {
    return rows / seconds;
  }

  /** Of everybody who had to do with it. */
  double totalCpuSeconds() {
    return clientCpuSeconds + sourceCpuSeconds + destinationCpuSeconds;
  }

  /** Of some quantity of the whole run. */
  double perMillionRows(double quantity) {
    return quantity * 1e6 / rows;
  }
}
