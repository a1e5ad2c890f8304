package io.walferry.testkit.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AwaitTest {
  @Test
  void theFirstWantedSightIsReturned() {
    AtomicInteger looks = new AtomicInteger();
    assertEquals(
        3,
        Await.until(
            "it is three", Duration.ofSeconds(60), looks::incrementAndGet, seen -> seen == 3));
    assertEquals(3, looks.get());
  }

  @Test
  void aWaitThatExpiresSaysWhatItSawLast() {
    AssertionError expired =
        assertThrows(
            AssertionError.class,
            () -> Await.until("it is two", Duration.ZERO, () -> "one", "two"::equals));
    assertEquals("Waited PT0S in vain until it is two; last seen: one", expired.getMessage());
  }

  @Test
  void whatALookThrowsEndsTheWait() {
    IOException cause = new IOException("gone");
    AssertionError failed =
        assertThrows(
            AssertionError.class,
            () ->
                Await.until(
                    "it is there",
                    Duration.ofDays(1),
                    () -> {
                      throw cause;
                    }));
    assertEquals("Cannot tell whether it is there", failed.getMessage());
    assertSame(cause, failed.getCause());
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    AssertionError failed =
        assertThrows(
            AssertionError.class,
            () -> Await.until("it is there", Duration.ofDays(1), () -> false));
    assertEquals("Interrupted while waiting until it is there", failed.getMessage());
  }

  @Test
  void patienceFollowsTheMachine() {
    assertEquals(
        Duration.ofSeconds(2).multipliedBy(Integer.getInteger("walferry.test.patience", 1)),
        Await.patience(Duration.ofSeconds(2)));
  }
}
