package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What counts as durable, and when, where destinations take batches before they have them. */
final class DeliveriesTest {
  private final List<String> heard = new ArrayList<>();
  private final Deliveries deliveries =
      new Deliveries(
          new PipelineListener() {
            @Override
            public void handedOver(CommittedBatch batch) {
              heard.add("handed " + told(batch));
            }

            @Override
            public void committed(CommittedBatch batch) {
              heard.add("committed " + told(batch));
            }

            @Override
            public void applying(long changes) {
              heard.add("open " + changes);
            }
          });

  @Test
  void whatIsDurableAtOnceIsToldAtOnce() {
    deliveries.handOver(batch(1, 10));
    deliveries.settle(position(10));
    deliveries.handOver(batch(0, 20));
    deliveries.settle(position(20));
    assertEquals(
        List.of(
            "handed 1 of 1 s at 0/A",
            "committed 1 of 1 s at 0/A",
            "handed 0 at 0/14",
            "committed 0 at 0/14"),
        heard);
  }

  @Test
  void batchIsCommittedWhenItsEndIsDurable() {
    deliveries.handOver(batch(1, 10));
    deliveries.settle(position(5));
    deliveries.handOver(batch(2, 20));
    deliveries.handOver(batch(3, 30));
    heard.clear();
    deliveries.settle(position(25));
    deliveries.applying(4);
    deliveries.settle(position(30));
    assertEquals(
        List.of("committed 3 of 2 s at 0/19", "open 30", "open 34", "committed 3 of 3 s at 0/1E"),
        heard);
  }

  @Test
  void whatAnAttemptHasLeftCountsIfTheNextOneFindsIt() {
    deliveries.handOver(batch(1, 10));
    deliveries.handOver(batch(2, 20));
    heard.clear();
    deliveries.resume(position(10));
    deliveries.handOver(batch(2, 20));
    deliveries.settle(position(20));
    deliveries.resume(position(20));
    assertEquals(
        List.of(
            "committed 1 of 1 s at 0/A", "handed 2 of 2 s at 0/14", "committed 2 of 2 s at 0/14"),
        heard);
  }

  @Test
  void nothingIsForgottenOfManyThatAreOpen() {
    int count = 3 * Deliveries.OPEN_MAX;
    for (int end = 1; end <= count; end++) {
      deliveries.handOver(batch(1, end));
    }
    heard.clear();
    deliveries.settle(position(Deliveries.OPEN_MAX - 1));
    deliveries.settle(position(count - 1));
    deliveries.settle(position(count));
    assertEquals(
        List.of(
            "committed 63 of 1 s at 0/3F",
            "open 1290",
            "committed 0 at 0/BF",
            "open 1290",
            "committed 129 of 1 s at 0/C0"),
        heard);
  }

  /** Each transaction with ten changes, the last of them committed as many seconds after 1970. */
  private static CommittedBatch batch(long transactions, long end) {
    return new CommittedBatch(
        transactions,
        10 * transactions,
        100 * transactions,
        position(end),
        transactions > 0 ? Optional.of(Instant.ofEpochSecond(transactions)) : Optional.empty());
  }

  private static Position position(long end) {
    return new Position(new Lsn(end), Xid.NONE);
  }

  private static String told(CommittedBatch batch) {
    assertEquals(10 * batch.transactions(), batch.changes());
    assertEquals(100 * batch.transactions(), batch.bytes());
    return batch.transactions()
        + batch.lastCommitTime().map(time -> " of " + time.getEpochSecond() + " s").orElse("")
        + " at "
        + batch.position().endLsn();
  }
}
