package io.walferry.bench.compare;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How long changes took to one client in one round, in milliseconds.
 *
 * @param rate rows per second that were wanted
 * @param written rows per second that the writers managed
 * @param changes that were counted
 */
record LatencyRun(
    int rate,
    int round,
    String client,
    Optional<String> failure,
    double written,
    long changes,
    double p50,
    double p99,
    double p999,
    double most) {
  static LatencyRun failed(int rate, int round, LatencyClient client, String failure) {
    return new LatencyRun(rate, round, client.label(), Optional.of(failure), 0, 0, 0, 0, 0, 0);
  }

  /** Reads what the client has noted. */
  static LatencyRun read(int rate, int round, LatencyClient client, double written, Path file)
      throws IOException {
    int[] micros = new int[(int) (Files.size(file) / Integer.BYTES)];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (int i = 0; i < micros.length; i++) {
        micros[i] = in.readInt();
      }
    }
    if (micros.length == 0) {
      throw new RunFailedException("no change was counted");
    }
    Arrays.sort(micros);
    return new LatencyRun(
        rate,
        round,
        client.label(),
        Optional.empty(),
        written,
        micros.length,
        percentile(micros, 0.5),
        percentile(micros, 0.99),
        percentile(micros, 0.999),
        percentile(micros, 1));
  }

  /** The least time that this share of the changes did not exceed. */
  static double percentile(int[] sortedMicros, double share) {
    int rank = (int) Math.ceil(share * sortedMicros.length);
    return sortedMicros[Math.max(0, rank - 1)] / 1e3;
  }

  boolean succeeded() {
    return failure.isEmpty();
  }

  String brief() {
    return String.format(
        Locale.ROOT,
        "p50 %.2f, p99 %.2f, p99.9 %.2f, most %.2f ms; %,.0f rows/s written",
        p50,
        p99,
        p999,
        most,
        written);
  }
}
