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

  /** Sees that it waits for as long as something is made of what was taken. */
  @Test
  void aLongElementHasNoRoomBeforeAPollFindsNothing() throws Exception {
    assertTrue(queue.awaitRoom(2), "nothing was taken yet");
    AtomicReference<Thread> taker = new AtomicReference<>();
    CompletableFuture<Integer> taken =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return queue.poll(Await.patience(QUIET)).orElseThrow().length;
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            task -> taker.set(Thread.ofPlatform().daemon().start(task)));
    Await.until("a poll", QUIET, () -> taker.get().getState() == Thread.State.TIMED_WAITING);
    queue.put(new byte[0]);
    assertEquals(0, taken.get(Await.patience(QUIET).toSeconds(), TimeUnit.SECONDS));
    CompletableFuture<Boolean> room = awaitRoom(2);
    assertTrue(queue.awaitRoom(1), "a short one fits");
    queue.put(new byte[1]);
    assertEquals(1, queue.poll(QUIET).orElseThrow().length);
    assertFalse(room.isDone(), "the poll has found something");
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
