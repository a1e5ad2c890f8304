package io.walferry.pipeline;

import io.walferry.change.Position;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Tells the listener what destinations were handed, and what of it they have made durable: for most
 * of them that is the same moment. Outlives an attempt, since what one has handed over may be found
 * durable by the next one, or come again. For the pipeline's thread.
 */
final class Deliveries {
  /** With more, the newest count as one. */
  static final int OPEN_MAX = 64;

  private final PipelineListener listener;

  /** What is not durable at every destination yet, with the positions where it ends. */
  private final Deque<CommittedBatch> open = new ArrayDeque<>();

  Deliveries(PipelineListener listener) {
    this.listener = listener;
  }

  /**
   * Another attempt goes on.
   *
   * @param settled up to where everything is durable; what ends later comes again
   */
  void resume(Position settled) {
    CommittedBatch found = take(settled);
    open.clear();
    if (found.transactions() > 0) {
      listener.committed(found);
    }
  }

  /** Every destination has taken it. */
  void handOver(CommittedBatch batch) {
    listener.handedOver(batch);
    if (batch.transactions() > 0) {
      open.addLast(open.size() < OPEN_MAX ? batch : sum(open.removeLast(), batch));
    }
  }

  /** Everything up to here is durable at every destination. */
  void settle(Position settled) {
    listener.committed(take(settled));
    if (!open.isEmpty()) {
      applying(0);
    }
  }

  /**
   * Some of a batch was taken.
   *
   * @param changes of the batch that is not handed over yet
   */
  void applying(long changes) {
    listener.applying(changes + open.stream().mapToLong(CommittedBatch::changes).sum());
  }

  /** Every destination has whatever had committed at the source before this. */
  void reached(Instant time) {
    listener.reached(time);
  }

  /** The source has no more, as far as it has said. */
  void caughtUp() {
    listener.caughtUp();
  }

  private CommittedBatch take(Position settled) {
    CommittedBatch taken = new CommittedBatch(0, 0, 0, settled, Optional.empty());
    while (!open.isEmpty() && !open.getFirst().position().endLsn().isAfter(settled.endLsn())) {
      taken = sum(taken, open.removeFirst());
    }
    return new CommittedBatch(
        taken.transactions(), taken.changes(), taken.bytes(), settled, taken.lastCommitTime());
  }

  private static CommittedBatch sum(CommittedBatch earlier, CommittedBatch later) {
    return new CommittedBatch(
        earlier.transactions() + later.transactions(),
        earlier.changes() + later.changes(),
        earlier.bytes() + later.bytes(),
        later.position(),
        later.lastCommitTime());
  }
}
