package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.time.NanoClock;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writing thread of a replication connection: tells the server what was received and what is
 * durable, at its own interval and soon after either has moved, whether or not the reading thread
 * or the sink is busy. Notices a server that has fallen silent and ends the connection then.
 */
final class StatusClock implements Runnable {
  /** Confirmations within this time go out as one. */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final StatusSender sender;
  private final NanoClock clock;
  private final long intervalNanos;
  private final long silenceMaxNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private Lsn received;
  private Lsn confirmed;
  private Lsn confirmedSent = Lsn.ZERO;
  private boolean answer;
  private boolean readerBusy;
  private boolean closed;
  private long heardAt;
  private long sentAt;
  private Optional<IOException> failure = Optional.empty();

  /**
   * Starts with everything up to {@code start} confirmed.
   *
   * @param timing the interval between two status updates when nothing happens, how long the server
   *     may send nothing though it was asked to answer, and the clock that measures both
   */
  StatusClock(StatusSender sender, Lsn start, StreamTiming timing) {
    this.sender = sender;
    this.received = start;
    this.confirmed = start;
    this.clock = timing.clock();
    this.intervalNanos = timing.statusInterval().toNanos();
    this.silenceMaxNanos = timing.silenceMax().toNanos();
    this.heardAt = clock.nanoTime();
    this.sentAt = heardAt;
  }

  /** Something came from the server. */
  void heard() {
    locked(() -> heardAt = clock.nanoTime());
  }

  /** The reading thread waits for the pipeline, so the server's silence means nothing. */
  void readerBusy(boolean busy) {
    locked(
        () -> {
          readerBusy = busy;
          heardAt = clock.nanoTime();
        });
  }

  void received(Lsn lsn) {
    locked(() -> received = Lsn.max(received, lsn));
  }

  void answerNow() {
    locked(
        () -> {
          answer = true;
          changed.signal();
        });
  }

  /** Everything that ends at or before {@code lsn} is durable; never moves back. */
  void confirm(Lsn lsn) {
    locked(
        () -> {
          boolean waits = !confirmed.isAfter(confirmedSent);
          confirmed = Lsn.max(confirmed, lsn);
          received = Lsn.max(received, lsn);
          if (waits) {
            // Whoever confirms each transaction must not wake the clock for each.
            changed.signal();
          }
        });
  }

  /** Sends what is confirmed once more and ends {@link #run}. */
  void close() {
    locked(
        () -> {
          closed = true;
          changed.signal();
        });
  }

  /** Why the clock has ended the connection, if it has. */
  Optional<IOException> failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    try {
      while (true) {
        Status status = awaitStatus();
        sender.sendStatus(status.received, status.confirmed, status.replyRequested);
        if (status.last) {
          return;
        }
      }
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new IOException("The status clock has failed: " + e, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(IOException cause) {
    locked(() -> failure = Optional.of(cause));
    sender.close();
  }

  private record Status(Lsn received, Lsn confirmed, boolean replyRequested, boolean last) {}

  /** Waits until a status update is due. The lock is not held while it is sent. */
  private Status awaitStatus() throws InterruptedException, IOException {
    lock.lockInterruptibly();
    try {
      long now = clock.nanoTime();
      while (!closed && !answer && now - dueAt() < 0) {
        long unused = clock.await(changed, dueAt() - now);
        now = clock.nanoTime();
        if (!readerBusy && now - heardAt > silenceMaxNanos) {
          throw new IOException(
              "the server has sent nothing for "
                  + TimeUnit.NANOSECONDS.toSeconds(now - heardAt)
                  + " s, though it was asked to answer");
        }
      }
      answer = false;
      sentAt = now;
      confirmedSent = confirmed;
      boolean silent = !readerBusy && now - heardAt >= intervalNanos;
      return new Status(received, confirmed, silent && !closed, closed);
    } finally {
      lock.unlock();
    }
  }

  private long dueAt() {
    return sentAt + (confirmed.isAfter(confirmedSent) ? GATHER_NANOS : intervalNanos);
  }
}
