package io.walferry.value;

import java.util.List;

/**
 * A {@code pg_snapshot} or {@code txid_snapshot}.
 *
 * @param min every transaction before it had ended
 * @param max neither it nor any later transaction had begun
 * @param inProgress those between the two that had not ended
 */
public record TransactionSnapshot(Xid8 min, Xid8 max, List<Xid8> inProgress) {
  public TransactionSnapshot {
    inProgress = List.copyOf(inProgress);
  }
}
