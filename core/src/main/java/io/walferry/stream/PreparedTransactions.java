package io.walferry.stream;

import io.walferry.change.Lsn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Transactions that are prepared and neither rolled back nor durable, by their {@code gid}. One
 * thread adds and takes them; {@link #confirmable} may come from any.
 */
final class PreparedTransactions {
  private record Prepared(Lsn prepareLsn, PendingTransaction transaction) {}

  /** Has committed; its gid may be another's by now. */
  private record Ended(Lsn prepareLsn, Lsn endLsn) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Prepared> byGid = new HashMap<>();
  private final List<Ended> ended = new ArrayList<>();

  void add(String gid, Lsn prepareLsn, PendingTransaction transaction) {
    lock.lock();
    try {
      byGid.put(gid, new Prepared(prepareLsn, transaction));
    } finally {
      lock.unlock();
    }
  }

  /** It has committed; it holds confirmation back until that is durable. */
  Optional<PendingTransaction> commit(String gid, Lsn endLsn) {
    lock.lock();
    try {
      Optional<Prepared> known = Optional.ofNullable(byGid.remove(gid));
      known.ifPresent(it -> ended.add(new Ended(it.prepareLsn, endLsn)));
      return known.map(Prepared::transaction);
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

  /** Whether anything is not confirmed because of what is prepared. */
  boolean holdsBack() {
    lock.lock();
    try {
      return !byGid.isEmpty() || !ended.isEmpty();
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
      ended.removeIf(it -> !it.endLsn.isAfter(durable));
      return Stream.concat(
              byGid.values().stream().map(Prepared::prepareLsn),
              ended.stream().map(Ended::prepareLsn))
          .reduce(durable, Lsn::min);
    } finally {
      lock.unlock();
    }
  }
}
