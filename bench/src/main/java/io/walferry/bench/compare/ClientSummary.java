package io.walferry.bench.compare;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** One client over all its rounds of one load. */
record ClientSummary(
    String load,
    String client,
    int runs,
    Spread rowsPerSecond,
    Spread startSeconds,
    Spread clientCpuSecondsPerMillionRows,
    Spread sourceCpuSecondsPerMillionRows,
    Spread destinationCpuSecondsPerMillionRows,
    Spread clientPeakBytes,
    Spread xidsHeldMost,
    Spread xidsHeldAfter,
    Spread walBytesHeldAfter) {
  /** Of at least one successful run. */
  static ClientSummary of(List<Run> runs) {
    return new ClientSummary(
        runs.getFirst().load(),
        runs.getFirst().client(),
        runs.size(),
        spread(runs, Run::rowsPerSecond),
        spread(runs, Run::startSeconds),
        spread(runs, run -> run.perMillionRows(run.clientCpuSeconds())),
        spread(runs, run -> run.perMillionRows(run.sourceCpuSeconds())),
        spread(runs, run -> run.perMillionRows(run.destinationCpuSeconds())),
        spread(runs, Run::clientPeakBytes),
        spread(runs, Run::xidsHeldMost),
        spread(runs, Run::xidsHeldAfter),
        spread(runs, Run::walBytesHeldAfter));
  }

  private static Spread spread(List<Run> runs, ToDoubleFunction<Run> quantity) {
    return Spread.of(runs.stream().mapToDouble(quantity));
  }
}
