package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.cli.FeedProgress.Counts;
import io.walferry.cli.config.FeedConfig;
import io.walferry.cli.config.PipelineConfig;
import io.walferry.cli.config.SinkConfig;
import io.walferry.cli.config.SourceConfig;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.Until;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.server.PipelineState;
import io.walferry.stream.OutputOptions;
import io.walferry.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whatever holds a feed up can be seen in its lag, and an idle source is none. */
final class FeedProgressTest {
  private static final Position FROM = new Position(new Lsn(16), Xid.NONE);
  private static final Duration NEWS = Duration.ofSeconds(20);
  private final WalferryException away =
      new WalferryException(ErrorCode.CONNECTION_LOST, "it is away");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final FeedProgress progress = new FeedProgress(() -> now, NEWS);

  @Test
  void lagIsThatOfTheProcessUntilMoreIsKnown() {
    pass(30);
    assertEquals(30, lag());
    progress.following(FROM);
    pass(10);
    assertEquals(40, lag());
    progress.caughtUp();
    assertEquals(0, lag());
    assertEquals(Optional.empty(), progress.counts().lastCommit());
  }

  @Test
  void sourceWithoutCommitsIsNoLagForAsLongAsItSaysSo() {
    progress.following(FROM);
    for (int news = 0; news < 500; news++) {
      progress.caughtUp();
      pass(NEWS.toSeconds());
      assertEquals(0, lag());
    }
    pass(1);
    assertEquals(21, lag());
  }

  @Test
  void lagGrowsWhileATransactionWaits() {
    progress.caughtUp();
    pass(5);
    Instant waits = now.minusSeconds(1);
    progress.reached(waits);
    assertEquals(1, lag());
    pass(60);
    assertEquals(61, lag());
    commit(waits);
    assertEquals(61, lag());
    assertEquals(Optional.of(waits), progress.counts().lastCommit());
    commit(now);
    assertEquals(0, lag());
    pass(2);
    assertEquals(2, lag());
    progress.caughtUp();
    assertEquals(0, lag());
    assertEquals(Optional.of(now.minusSeconds(2)), progress.counts().lastCommit());
  }

  @Test
  void lagGrowsFromTheFirstFailure() {
    progress.caughtUp();
    progress.retrying(away, Duration.ofSeconds(1));
    pass(3);
    progress.retrying(away, Duration.ofSeconds(1));
    pass(4);
    assertEquals(7, lag());
    progress.caughtUp();
    progress.ended();
    pass(9);
    assertEquals(9, lag());
  }

  @Test
  void clocksThatDifferMakeNoLagBelowZero() {
    progress.reached(now.plusSeconds(60));
    assertEquals(0, lag());
  }

  @Test
  void sourceThatDoesNotSendIntoTheSpoolIsTriedAgainAndNotReady() {
    FeedRun run = new FeedRun(config(), Until.Stopped.STOPPED, false, NanoClock.system());
    assertEquals(PipelineState.Phase.CONNECTING, run.state().phase());
    run.progress().following(FROM);
    assertEquals(PipelineState.Phase.FOLLOWING, run.state().phase());
    run.progress().receivingAgain(away, Duration.ofSeconds(1));
    run.progress().receivingAgain(away, Duration.ofSeconds(2));
    assertEquals(PipelineState.Phase.RETRYING, run.state().phase());
    assertEquals(2, run.state().retries());
    run.progress().receiving();
    assertEquals(PipelineState.Phase.FOLLOWING, run.state().phase());
    assertEquals(2, run.state().retries());
  }

  @Test
  void whatTheSpoolHasSaysNothingOfASourceThatIsAway() {
    progress.following(FROM);
    progress.caughtUp();
    progress.receivingAgain(away, Duration.ofSeconds(1));
    pass(60);
    progress.caughtUp();
    assertEquals(60, lag());
    assertTrue(line().endsWith(", lag 1 min 0 s, at 0/10, the source does not send"), line());
    progress.receiving();
    progress.caughtUp();
    assertEquals(0, lag());
    assertTrue(line().endsWith(", lag 0.0 s, at 0/10"), line());
  }

  @Test
  void changesThatAreNotDurableYetAreOpen() {
    progress.following(FROM);
    progress.applying(50);
    commit(now);
    progress.applying(20);
    Counts counts = progress.counts();
    assertEquals(30, counts.changes());
    assertEquals(20, counts.uncommitted());
  }

  private void commit(Instant time) {
    progress.committed(new CommittedBatch(1, 30, 300, FROM, Optional.of(time)));
  }

  private void pass(long seconds) {
    now = now.plusSeconds(seconds);
  }

  private long lag() {
    return progress.counts().lag().toSeconds();
  }

  private String line() {
    return new ProgressLine().line(progress.counts(), 0);
  }

  private static FeedConfig config() {
    return new FeedConfig(
        "shop",
        new SourceConfig(
            ConnectionSettings.parse("postgresql://localhost/shop", Map.of()),
            "shop",
            "shop",
            List.of(),
            true,
            SourceConfig.FAILOVER,
            Optional.empty(),
            OutputOptions.DEFAULT),
        List.of(new SinkConfig.Sqlite("shop", Path.of("shop.db"), SinkConfig.EXISTING)),
        PipelineConfig.defaults("shop"));
  }
}
