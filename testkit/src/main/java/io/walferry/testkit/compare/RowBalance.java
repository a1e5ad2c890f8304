package io.walferry.testkit.compare;

import java.util.HashMap;
import java.util.Map;

/** A multiset of row hashes with signs: positive for rows that only the source has so far. */
final class RowBalance {
  private final Map<RowHash, Long> balanceByHash = new HashMap<>();

  void add(RowHash hash, long count) {
    long balance = balanceByHash.getOrDefault(hash, 0L) + count;
    if (balance == 0) {
      balanceByHash.remove(hash);
    } else {
      balanceByHash.put(hash, balance);
    }
  }

  /** Takes one row of that sign out, if there is one. */
  boolean take(RowHash hash, long sign) {
    boolean present = balanceByHash.getOrDefault(hash, 0L) * sign > 0;
    if (present) {
      add(hash, -sign);
    }
    return present;
  }

  long sum(long sign) {
    return balanceByHash.values().stream()
        .mapToLong(balance -> balance * sign)
        .filter(count -> count > 0)
        .sum();
  }

  boolean isEmpty() {
    return balanceByHash.isEmpty();
  }
}
