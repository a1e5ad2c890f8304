package io.walferry.stream;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.HeapNeed;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import io.walferry.time.Stopwatch;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading thread of a replication connection: takes large reads, cuts them behind the last
 * whole message and hands them on. It rests for a moment after a read that found little, since each
 * wake of a reader costs the walsender time. A prototype that rested for half a millisecond drained
 * small transactions 2.4 times as fast as pg_recvlogical, with a tenth of its CPU, on a quiet
 * machine; docs/benchmarks.md tells what was seen of this reader.
 */
final class StreamReader implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int SHORT_READ_BYTES = 64 * 1024;
  private static final Duration REST = Duration.ofNanos(500_000);

  /**
   * A server that said nothing for so long is no busy one: a rest would only delay the rest of a
   * transaction whose beginning has just come. At 100 small transactions a second the median from
   * commit to delivery was 0.06 to 0.29 ms, and 0.14 to 0.52 ms with a rest after each read.
   */
  private static final Duration QUIET = Duration.ofMillis(2);

  private static final int HEADER_BYTES = 5;
  private static final int KEEP_ALIVE_BYTES = 18;

  private final CopyBothSocket socket;
  private final ByteBoundedQueue<byte[]> queue;
  private final StatusClock statusClock;
  private final NanoClock clock;
  private final AtomicReference<Optional<WalferryException>> failure =
      new AtomicReference<>(Optional.empty());
  private final CountDownLatch started = new CountDownLatch(1);
  private final boolean inProgress;
  private final String where;

  private byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private boolean streaming;

  /** The last place of the log that the server has named in a read; 0 if none. */
  private long reached;

  /** Said already: the server repeats itself while it waits. */
  private Optional<String> standbyAwaited = Optional.empty();

  /**
   * For one connection.
   *
   * @param inProgress whether transactions come while they are in progress
   */
  StreamReader(
      CopyBothSocket socket,
      ByteBoundedQueue<byte[]> queue,
      StatusClock statusClock,
      NanoClock clock,
      boolean inProgress,
      String where) {
    this.socket = socket;
    this.queue = queue;
    this.statusClock = statusClock;
    this.clock = clock;
    this.inProgress = inProgress;
    this.where = where;
  }

  /** Why reading has ended, once the queue is done. */
  Optional<WalferryException> failure() {
    return failure.get();
  }

  @Override
  public void run() {
    try {
      while (true) {
        boolean busy = readOnce();
        hand(wholeMessages());
        if (busy) {
          clock.pause(REST);
        }
      }
    } catch (IOException e) {
      fail(StreamFailures.lost(where, statusClock.failure().orElse(e)));
    } catch (WalferryException e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (OutOfMemoryError e) {
      fail(HeapNeed.exceeded("a message of " + where, e));
    } catch (RuntimeException e) {
      fail(
          new WalferryException(
              ErrorCode.INTERNAL, "the reader of " + where + " has failed: " + e, e));
    } finally {
      queue.end();
      started.countDown();
    }
  }

  /**
   * Waits until the server has begun to stream.
   *
   * @throws WalferryException if it refuses, or is silent for too long
   */
  void awaitStart(Duration atMost) {
    try {
      if (!started.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        throw StreamFailures.lost(where, new IOException("The server does not begin to stream"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted at the start of " + where, e);
    }
    if (failure.get().isPresent()) {
      throw failure.get().get();
    }
  }

  private void fail(WalferryException cause) {
    failure.set(Optional.of(cause));
  }

  /** One read; true if it found little of a server that has more, so that a rest pays. */
  private boolean readOnce() throws IOException, InterruptedException {
    if (filled == buffer.length) {
      // It holds one message that is longer: just that much, since it can be a gigabyte.
      long wanted = 1L + ByteBuffer.wrap(buffer).getInt(1);
      statusClock.readerBusy(true);
      if (!queue.awaitRoom(wanted)) {
        throw StreamFailures.ended(where);
      }
      statusClock.readerBusy(false);
      try {
        buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, wanted));
      } catch (OutOfMemoryError e) {
        // Its beginning says which table and column it is of.
        queue.put(buffer);
        throw e;
      }
    }
    Stopwatch reading = Stopwatch.start(clock);
    int count = socket.read(buffer, filled, buffer.length - filled);
    if (count < 0) {
      throw new EOFException("the server closed the connection");
    }
    filled += count;
    statusClock.heard();
    return count < SHORT_READ_BYTES && !reading.hasReached(QUIET);
  }

  /** Looks at every whole message in the buffer and returns where they end. */
  private int wholeMessages() {
    int at = 0;
    reached = 0;
    while (filled - at >= HEADER_BYTES) {
      int length = ByteBuffer.wrap(buffer).getInt(at + 1);
      if (length < 4) {
        throw StreamFailures.violation(where, "a message with the length " + length);
      }
      if (filled - at - 1 < length) {
        break;
      }
      look(at, length);
      at += 1 + length;
    }
    if (reached != 0) {
      statusClock.received(new Lsn(reached));
    }
    return at;
  }

  private void look(int at, int length) {
    switch (buffer[at]) {
      case 'd' -> lookAtData(at + HEADER_BYTES, length - 4);
      case 'W' -> {
        streaming = true;
        started.countDown();
      }
      case 'E' ->
          throw StreamFailures.error(where, inProgress, buffer, at + HEADER_BYTES, length - 4);
      // The server ends the COPY when it shuts down.
      case 'c', 'C', 'Z' -> throw StreamFailures.ended(where);
      case 'N' -> lookAtNotice(at + HEADER_BYTES, length - 4);
      case 'S', 'A' -> {}
      default -> throw StreamFailures.violation(where, "a message of type " + (buffer[at] & 0xFF));
    }
  }

  private void lookAtNotice(int at, int length) {
    StreamFailures.warning(where, buffer, at, length)
        .ifPresent(
            warning -> {
              throw warning;
            });
    Optional<String> awaited = StreamFailures.standbyAwaited(buffer, at, length);
    if (awaited.isPresent() && !awaited.equals(standbyAwaited)) {
      standbyAwaited = awaited;
      LOG.warn("The server sends nothing of {} until a standby has it: {}", where, awaited.get());
    }
  }

  private void lookAtData(int at, int length) {
    if (!streaming) {
      throw StreamFailures.violation(where, "data before the start of COPY");
    }
    if (length == KEEP_ALIVE_BYTES && buffer[at] == 'k') {
      reached = ByteBuffer.wrap(buffer).getLong(at + 1);
      if (buffer[at + KEEP_ALIVE_BYTES - 1] == 1) {
        statusClock.answerNow();
      }
    } else if (length > 25 && buffer[at] == 'w') {
      // Zero in what belongs to no place of the log.
      long lsn = ByteBuffer.wrap(buffer).getLong(at + 1);
      reached = lsn == 0 ? reached : lsn;
    }
  }

  private void hand(int end) throws InterruptedException {
    if (end == 0) {
      return;
    }
    byte[] block = taken(end);
    statusClock.readerBusy(true);
    queue.put(block);
    statusClock.readerBusy(false);
  }

  /** Takes whole messages out of the buffer; a long one without a copy, since it fills its own. */
  private byte[] taken(int end) {
    if (buffer.length > BUFFER_BYTES && end == buffer.length) {
      byte[] whole = buffer;
      buffer = new byte[BUFFER_BYTES];
      filled = 0;
      return whole;
    }
    byte[] block = Arrays.copyOf(buffer, end);
    System.arraycopy(buffer, end, buffer, 0, filled - end);
    filled -= end;
    return block;
  }
}
