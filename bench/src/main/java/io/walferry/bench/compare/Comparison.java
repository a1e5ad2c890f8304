package io.walferry.bench.compare;

import java.util.List;
import java.util.Optional;

/**
 * One of Walferry's clients beside a peer that does alike; of a peer's variants the fastest one.
 *
 * @param rowsPerSecondRatio ours by theirs, round by round, so that what disturbs a whole round
 *     counts for both
 * @param clientCpuRatio ours by theirs
 * @param totalCpuRatio ours by theirs, of the client and of both servers: a peer that works inside
 *     of a server is its own client there
 * @param clientPeakRatio ours by theirs, of the most memory that the client had
 */
record Comparison(
    String load,
    String client,
    String peer,
    Spread rowsPerSecondRatio,
    Spread clientCpuRatio,
    Spread totalCpuRatio,
    Spread clientPeakRatio) {
  /** Empty if there is no round that both have finished. */
  static Optional<Comparison> of(List<Run> ours, List<Run> theirs) {
    List<Pair> pairs =
        ours.stream()
            .flatMap(
                our ->
                    theirs.stream()
                        .filter(their -> their.round() == our.round())
                        .map(their -> new Pair(our, their)))
            .toList();
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    Run first = ours.getFirst();
    return Optional.of(
        new Comparison(
            first.load(),
            first.client(),
            theirs.getFirst().client(),
            Spread.of(pairs.stream().mapToDouble(Pair::rowsPerSecondRatio)),
            Spread.of(pairs.stream().mapToDouble(Pair::clientCpuRatio)),
            Spread.of(pairs.stream().mapToDouble(Pair::totalCpuRatio)),
            Spread.of(pairs.stream().mapToDouble(Pair::clientPeakRatio))));
  }

  private record Pair(Run ours, Run theirs) {
    double rowsPerSecondRatio() {
      return ours.rowsPerSecond() / theirs.rowsPerSecond();
    }

    double clientCpuRatio() {
      return ratio(ours.clientCpuSeconds(), theirs.clientCpuSeconds());
    }

    double totalCpuRatio() {
      return ratio(ours.totalCpuSeconds(), theirs.totalCpuSeconds());
    }

    double clientPeakRatio() {
      return (double) ours.clientPeakBytes() / theirs.clientPeakBytes();
    }

    /** The clock of processes ticks in hundredths; less than one tick counts as one. */
    private static double ratio(double ours, double theirs) {
      return Math.max(0.01, ours) / Math.max(0.01, theirs);
    }
  }
}
