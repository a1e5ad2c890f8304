package io.walferry.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.wait.Await;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Counts what is in a queue, and what was taken of it last. */
final class ByteBoundedQueueTest {
  private static final Duration QUIET = Duration.ofSeconds(20);

  private final ByteBoundedQueue<byte[]> queue =
      new ByteBoundedQueue<>(10, bytes -> bytes.length, NanoClock.system());

  @Test
  void aLongElementHasRoomOnceTheOneBeforeItIsLetGo() throws Exception {
    queue.put(new byte[1]);
    CompletableFuture<Boolean> room = awaitRoom(100);
    assertEquals(1, queue.poll(QUIET).orElseThrow().length);
    assertFalse(room.isDone(), "the element that was taken is held");
    assertEquals(Optional.empty(), queue.poll(Duration.ZERO));
    assertTrue(room.get(Await.patience(QUIET).toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void theEndLetsGoOfWhatWaitsForRoom() throws Exception {
    queue.put(new byte[10]);
    CompletableFuture<Boolean> room = awaitRoom(1);
    queue.end();
    assertFalse(room.get(Await.patience(QUIET).toSeconds(), TimeUnit.SECONDS));
  }

  /** Returns once a thread waits for the room. */
  private CompletableFuture<Boolean> awaitRoom(long size) {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    CompletableFuture<Boolean> room =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return queue.awaitRoom(size);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            task -> waiter.set(Thread.ofPlatform().daemon().start(task)));
    Await.until("a wait for room", QUIET, () -> waiter.get().getState() == Thread.State.WAITING);
    return room;
  }
}
