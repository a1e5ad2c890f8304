package io.walferry.stream;

import io.walferry.change.Lsn;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Transactions that are prepared and neither rolled back nor durable, by their {@code gid}. One
 * thread adds and takes them; {@link #confirmable} may come from any.
 */
final class PreparedTransactions {
  private static final Lsn UNKNOWN = new Lsn(-1);

  /** Its end is unknown while it is only prepared. */
  private record Prepared(Lsn prepareLsn, Lsn endLsn, PendingTransaction transaction) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Prepared> byGid = new HashMap<>();

  void add(String gid, Lsn prepareLsn, PendingTransaction transaction) {
    lock.lock();
    try {
      byGid.put(gid, new Prepared(prepareLsn, UNKNOWN, transaction));
    } finally {
      lock.unlock();
    }
  }

  /** It has committed; it holds confirmation back until that is durable. */
  Optional<PendingTransaction> commit(String gid, Lsn endLsn) {
    lock.lock();
    try {
      return Optional.ofNullable(
              byGid.computeIfPresent(
                  gid, (of, it) -> new Prepared(it.prepareLsn, endLsn, it.transaction)))
          .map(Prepared::transaction);
    } finally {
      lock.unlock();
    }
  }

  Optional<PendingTransaction> rollBack(String gid) {
    lock.lock();
    try {
      return Optional.ofNullable(byGid.remove(gid)).map(Prepared::transaction);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How much may be confirmed when everything up to {@code durable} is durable: a prepared
   * transaction comes again only if its {@code PREPARE} was not confirmed.
   */
  Lsn confirmable(Lsn durable) {
    lock.lock();
    try {
      byGid.values().removeIf(it -> !it.endLsn.isAfter(durable));
      return byGid.values().stream().map(Prepared::prepareLsn).reduce(durable, Lsn::min);
    } finally {
      lock.unlock();
    }
  }
}
