package io.walferry.snapshot;

import io.walferry.change.Xid;
import java.util.ArrayList;
import java.util.List;

/**
 * What a read has to see that takes the place of rows which the stream has brought: every
 * transaction that was applied. A commit is in the stream before snapshots see it, and not in the
 * same order. Not for several threads.
 */
public final class ReadHorizon {
  private final SourceSnapshot base;
  private final List<Xid> since = new ArrayList<>();

  /**
   * Of what was applied so far.
   *
   * @param begun taken now: all of it had begun
   */
  public ReadHorizon(SourceSnapshot begun) {
    this.base = begun;
  }

  /** A transaction is applied; what it has to see anyway is not remembered. */
  public void applied(Xid xid) {
    if (!base.sees(xid)) {
      since.add(xid);
    }
  }

  /** How many transactions it remembers. */
  public int size() {
    return since.size();
  }

  /** Forgets what this snapshot sees: so does every read to come. */
  public void forget(SourceSnapshot past) {
    since.removeIf(past::sees);
  }

  /** Whether all that is missing is what has committed, so that the next snapshot may see it. */
  boolean isNear(SourceSnapshot snapshot) {
    return snapshot.seesAllOf(base);
  }

  /** Whether a read under this snapshot would see it all. */
  boolean isSeenBy(SourceSnapshot snapshot) {
    forget(snapshot);
    return since.isEmpty() && snapshot.seesAllOf(base);
  }
}
