package io.walferry.bench.drain;

import java.util.Locale;
import java.util.Optional;

/**
 * What was measured of one client in one round.
 *
 * @param failure why there is nothing else to see
 * @param startSeconds from the client's start to the start of the stream
 * @param drainSeconds from START_REPLICATION to the end of the load
 * @param clientCpuSeconds of the client's processes from their start to the end of the load
 * @param walsenderCpuSeconds to the end of the load
 * @param destinationCpuSeconds of the destination's server without what counts as the client
 * @param xidsHeld transactions that the slot held from vacuum before the client's start
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
    double drainSeconds,
    double clientCpuSeconds,
    double walsenderCpuSeconds,
    double destinationCpuSeconds,
    long clientPeakBytes,
    long xidsHeld,
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
        0);
  }

  boolean succeeded() {
    return failure.isEmpty();
  }

  String brief() {
    return String.format(Locale.ROOT, "%,.0f rows/s in %.1f s", rowsPerSecond(), drainSeconds);
  }

  double rowsPerSecond() {
    return rows / drainSeconds;
  }

  /** Of some quantity of the whole run. */
  double perMillionRows(double quantity) {
    return quantity * 1e6 / rows;
  }
}
