package io.walferry.testkit.workload;

/**
 * What a run did.
 *
 * @param seed replays the run
 * @param skipped transactions that lost a deadlock against a TRUNCATE
 */
public record WorkloadReport(long seed, int committed, int rolledBack, int skipped) {
  WorkloadReport plus(WorkloadReport other) {
    return new WorkloadReport(
        seed, committed + other.committed, rolledBack + other.rolledBack, skipped + other.skipped);
  }
}
