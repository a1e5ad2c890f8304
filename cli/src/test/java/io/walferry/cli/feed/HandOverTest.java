package io.walferry.cli.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.RetryPolicy;
import io.walferry.sink.Sink;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a destination has only taken is no progress. */
@Postgres
final class HandOverTest {
  @TempDir Path directory;

  @Test
  void failureBehindEachHandOverIsGivenUpInTheEnd(Database source) throws Exception {
    source.execute("CREATE TABLE t (id int PRIMARY KEY)");
    Path file = directory.resolve("copy.db");
    PipelineSettings usual = FeedSetup.settings(source.name(), List.of("public.t"));
    FeedSetup.catchUp(usual, source, List.of(() -> FeedSetup.sqlite(file)));
    Sender.awaitGone(source);
    source.execute("INSERT INTO t VALUES (1)");
    try (RunningFeed feed =
        RunningFeed.start(
            bounded(usual),
            FeedSetup.connector(source.uri()),
            () -> new LosingSink(FeedSetup.sqlite(file)))) {
      ErrorCode last = feed.awaitFailure().code();
      // The server may not have seen that the attempt before has left the slot.
      assertTrue(
          last == ErrorCode.STATEMENT_CANCELLED || last == ErrorCode.SLOT_ACTIVE, last::name);
      assertTrue(
          feed.retries().stream().anyMatch(cause -> cause.code() == ErrorCode.STATEMENT_CANCELLED));
      assertEquals(0, feed.changes());
    }
  }

  private static PipelineSettings bounded(PipelineSettings usual) {
    return new PipelineSettings(
        usual.feed(),
        usual.stream(),
        usual.batch(),
        new RetryPolicy(Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofSeconds(2)),
        usual.loadReaders(),
        usual.chunkBytes(),
        usual.invalidText(),
        usual.until());
  }

  /** Takes everything, and has lost it when it is asked again. */
  private static final class LosingSink implements ForwardingSink {
    private final Sink target;
    private Position kept = new Position(Lsn.ZERO, Xid.NONE);
    private boolean taken;
    private boolean asked;

    LosingSink(Sink target) {
      this.target = target;
    }

    @Override
    public Sink target() {
      return target;
    }

    @Override
    public void commit(Position position) {
      taken = true;
    }

    @Override
    public Position settle(Position committed) {
      if (!taken) {
        kept = committed;
      } else if (asked) {
        throw new WalferryException(ErrorCode.STATEMENT_CANCELLED, "it is lost");
      } else {
        asked = true;
      }
      return kept;
    }
  }
}
