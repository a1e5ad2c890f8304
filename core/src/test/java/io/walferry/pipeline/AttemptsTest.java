package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.JumpingClock;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AttemptsTest {
  private static final Duration DELAY = Duration.ofMinutes(1);

  private final NanoClock clock = new JumpingClock();
  private final List<ErrorCode> retried = new ArrayList<>();

  private Attempts attempts(Duration bounded) {
    PipelineSettings usual =
        PipelineSettings.of(
            new FeedSettings("feed", "slot", "publication", List.of(), true, LoadMode.NONE));
    PipelineSettings settings =
        new PipelineSettings(
            usual.feed(),
            usual.stream().with(usual.stream().timing().with(clock)),
            usual.batch(),
            new RetryPolicy(DELAY, DELAY, bounded),
            usual.loadReaders(),
            usual.chunkBytes(),
            usual.invalidText(),
            usual.until());
    return new Attempts(
        settings, (cause, delay) -> retried.add(cause.code()), new StopSignal(clock));
  }

  private static WalferryException failure(ErrorCode code) {
    return new WalferryException(code, "a failure");
  }

  /** Its own walsender of a moment ago has the slot when a destination is long away. */
  @Test
  void whatFailsForLongForAnotherReasonDoesNotCount() {
    Attempts attempts = attempts(DELAY.multipliedBy(2));
    for (int attempt = 0; attempt < 4; attempt++) {
      attempts.failed(failure(ErrorCode.DESTINATION_UNREACHABLE), false);
    }
    attempts.failed(failure(ErrorCode.SLOT_ACTIVE), false);
    assertEquals(5, retried.size());
  }

  @Test
  void whatOughtToPassAndDoesNotIsGivenUp() {
    Attempts attempts = attempts(DELAY.multipliedBy(2));
    WalferryException given =
        assertThrows(
            WalferryException.class,
            () -> {
              while (true) {
                attempts.failed(failure(ErrorCode.SLOT_ACTIVE), false);
              }
            });
    assertEquals(ErrorCode.SLOT_ACTIVE, given.code());
    assertEquals(2, retried.size());
  }
}
