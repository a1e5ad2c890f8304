package io.walferry.bench.compare;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The processor time and memory of some processes; what was seen last of an ended one counts. */
final class ProcessLedger {
  private final Map<Long, Double> before = new HashMap<>();
  private final Map<Long, Double> seconds = new HashMap<>();
  private final Map<Long, Long> peakBytes = new HashMap<>();

  /** What these processes have used until now does not count. */
  void startFrom(Collection<Long> pids) {
    pids.forEach(pid -> ProcessFiles.cpuSeconds(pid).ifPresent(used -> before.put(pid, used)));
  }

  void sample(Collection<Long> pids) {
    for (long pid : pids) {
      ProcessFiles.cpuSeconds(pid).ifPresent(used -> seconds.put(pid, used));
      ProcessFiles.peakBytes(pid).ifPresent(bytes -> peakBytes.put(pid, bytes));
    }
  }

  /** These processes belong to another ledger. */
  void exclude(Set<Long> pids) {
    seconds.keySet().removeAll(pids);
    peakBytes.keySet().removeAll(pids);
  }

  double cpuSeconds() {
    return seconds.entrySet().stream()
        .mapToDouble(entry -> entry.getValue() - before.getOrDefault(entry.getKey(), 0.0))
        .sum();
  }

  long peakBytes() {
    return peakBytes.values().stream().mapToLong(Long::longValue).sum();
  }
}
