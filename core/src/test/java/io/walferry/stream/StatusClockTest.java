package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.testkit.wait.Await;
import io.walferry.time.MovableClock;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks when the server is told how far the stream is. The clock stands still between moves. */
final class StatusClockTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration SILENCE_MAX = Duration.ofMinutes(5);

  /** Confirmations within this time go out as one. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final Lsn START = new Lsn(100);

  private final MovableClock clock = MovableClock.stopped();
  private final RecordingSender sender = new RecordingSender();
  private final StatusClock status =
      new StatusClock(sender, START, StreamTiming.DEFAULT.with(INTERVAL, SILENCE_MAX).with(clock));
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(status);

  private record Sent(Lsn received, Lsn confirmed, boolean replyRequested, Duration at) {}

  private final class RecordingSender implements StatusSender {
    private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public void sendStatus(Lsn received, Lsn confirmed, boolean replyRequested) {
      sent.add(new Sent(received, confirmed, replyRequested, Duration.ofNanos(clock.nanoTime())));
    }

    @Override
    public void close() {
      closed.countDown();
    }

    Sent next() throws InterruptedException {
      return Optional.ofNullable(
              sent.poll(Await.patience(Duration.ofSeconds(30)).toMillis(), TimeUnit.MILLISECONDS))
          .orElseThrow(() -> new AssertionError("no status was sent"));
    }
  }

  /** Starts the thread and takes the status that confirms the start. */
  @BeforeEach
  void start() throws InterruptedException {
    thread.start();
    clock.advance(GATHER);
    assertEquals(new Sent(START, START, false, GATHER), sender.next());
  }

  @AfterEach
  void end() {
    status.close();
    assertTrue(NanoClock.system().join(thread, Await.patience(Duration.ofMinutes(1))));
    assertTrue(sender.sent.stream().allMatch(this::isTheLast), sender.sent::toString);
  }

  private boolean isTheLast(Sent sent) {
    return sent.at().toNanos() == clock.nanoTime() && !sent.replyRequested();
  }

  @Test
  void statusIsSentAtEachIntervalThoughNothingHappens() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      status.heard();
      clock.advance(INTERVAL.dividedBy(2));
      status.heard();
      clock.advance(INTERVAL.dividedBy(2));
      Duration at = GATHER.plus(INTERVAL.multipliedBy(i + 1));
      assertEquals(new Sent(START, START, false, at), sender.next());
    }
  }

  /** A reading thread that waits for the pipeline hears nothing. */
  @Test
  void statusIsSentWhileTheReaderIsBusyAndTheServersSilenceMeansNothing()
      throws InterruptedException {
    status.readerBusy(true);
    Duration silence = SILENCE_MAX.multipliedBy(2);
    clock.advance(silence);
    Duration at = GATHER.plus(silence);
    assertEquals(new Sent(START, START, false, at), sender.next());
    clock.advance(INTERVAL);
    assertEquals(new Sent(START, START, false, at.plus(INTERVAL)), sender.next());
    assertEquals(Optional.empty(), status.failure());
  }

  @Test
  void confirmationsOfTheSameMomentGoOutAsOne() throws InterruptedException {
    status.confirm(new Lsn(200));
    status.confirm(new Lsn(300));
    clock.advance(GATHER);
    Duration at = GATHER.multipliedBy(2);
    assertEquals(new Sent(new Lsn(300), new Lsn(300), false, at), sender.next());
  }

  @Test
  void confirmationNeverMovesBack() throws InterruptedException {
    status.received(new Lsn(400));
    status.confirm(new Lsn(300));
    status.confirm(new Lsn(200));
    clock.advance(GATHER);
    Duration at = GATHER.multipliedBy(2);
    assertEquals(new Sent(new Lsn(400), new Lsn(300), false, at), sender.next());
  }

  @Test
  void questionOfTheServerIsAnsweredAtOnce() throws InterruptedException {
    status.received(new Lsn(400));
    status.answerNow();
    assertEquals(new Sent(new Lsn(400), START, false, GATHER), sender.next());
  }

  @Test
  void silentServerIsAskedAndThenCountsAsLost() throws InterruptedException {
    clock.advance(INTERVAL);
    assertEquals(new Sent(START, START, true, GATHER.plus(INTERVAL)), sender.next());
    clock.advance(SILENCE_MAX);
    Await.until("the connection is given up", Duration.ofSeconds(30), this::isOverWithTime);
    assertEquals(0, sender.closed.getCount());
    String message = String.valueOf(status.failure().orElseThrow().getMessage());
    assertEquals(
        "the server has sent nothing for N s, though it was asked to answer",
        message.replaceAll("[0-9]+", "N"));
    sender.sent.clear();
  }

  private boolean isOverWithTime() {
    clock.advance(INTERVAL);
    return !thread.isAlive();
  }

  @Test
  void serverThatAnswersIsNotLost() throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      clock.advance(SILENCE_MAX.dividedBy(2));
      assertTrue(sender.next().replyRequested());
      status.heard();
    }
    assertEquals(Optional.empty(), status.failure());
  }

  @Test
  void closeSendsWhatIsConfirmed() throws InterruptedException {
    status.confirm(new Lsn(200));
    status.close();
    thread.join();
    assertEquals(new Sent(new Lsn(200), new Lsn(200), false, GATHER), sender.next());
    assertTrue(sender.sent.isEmpty());
    assertFalse(status.failure().isPresent());
  }
}
