package io.walferry.bench.compare;

import java.util.List;

/**
 * Everything that a benchmark has found out.
 *
 * @param postgres what the servers say of themselves
 * @param skipped names of clients that cannot run here
 * @param runs raw, in the order in which they were made
 */
record Report(
    Machine machine,
    String postgres,
    Settings settings,
    List<PreparedLoad> loads,
    List<Skipped> skipped,
    List<ClientSummary> summaries,
    List<Comparison> comparisons,
    List<Run> runs) {
  /** What the user asked for. */
  record Settings(long rows, int repeat, String heap) {}

  /** A client that cannot run here. */
  record Skipped(String client, String reason) {}

  boolean complete() {
    return runs.stream().allMatch(Run::succeeded);
  }
}
