package io.walferry.stream;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.change.Lsn;
import io.walferry.error.WalferryException;
import io.walferry.spool.Spool;
import java.time.Duration;

/**
 * The stream of a replication connection. A thread of its own reads ahead, up to a bound in bytes;
 * another one sends confirmations and answers the server, however long the caller is busy.
 */
final class LiveStream implements ChangeStream {
  private static final long CLOSE_SECONDS_MAX = 5;

  private final CopyBothSocket socket;
  private final StatusClock clock;
  private final ByteBoundedQueue<byte[]> queue;
  private final TransactionReader transactions;
  private final Thread readerThread;
  private final Thread clockThread;

  private LiveStream(
      CopyBothSocket socket,
      StatusClock clock,
      ByteBoundedQueue<byte[]> queue,
      StreamReader reader,
      TransactionReader transactions) {
    this.socket = socket;
    this.clock = clock;
    this.queue = queue;
    this.transactions = transactions;
    this.readerThread = Thread.ofPlatform().name("walferry-stream-reader").daemon().start(reader);
    this.clockThread = Thread.ofPlatform().name("walferry-status-clock").daemon().start(clock);
  }

  /** Returns once the server has agreed. */
  static LiveStream open(
      CopyBothSocket socket,
      String where,
      int protocol,
      Lsn confirmed,
      Lsn from,
      SubTransactions subTransactions,
      StreamSettings settings) {
    StatusClock clock =
        new StatusClock(socket, confirmed, settings.statusInterval(), settings.silenceMax());
    ByteBoundedQueue<byte[]> queue =
        new ByteBoundedQueue<>(settings.bufferBytesMax(), block -> block.length);
    StreamReader reader =
        new StreamReader(
            socket, queue, clock, protocol > 1 && settings.output().streaming(), where);
    TransactionReader transactions =
        new TransactionReader(
            new ReceivedBlocks(queue, reader, where),
            protocol,
            from,
            new Spool(settings.spool()),
            subTransactions,
            where);
    LiveStream stream = new LiveStream(socket, clock, queue, reader, transactions);
    try {
      reader.awaitStart(settings.silenceMax());
      return stream;
    } catch (WalferryException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  public StreamEvent next(Duration atMost) {
    return transactions.next(atMost);
  }

  @Override
  public long announcements() {
    return transactions.announcements();
  }

  @Override
  public void confirm(Lsn lsn) {
    clock.confirm(transactions.confirmable(lsn));
  }

  @Override
  public void interrupt() {
    queue.wake();
  }

  /** Also when this thread is interrupted: the last confirmation and both threads are worth it. */
  private static void join(Thread thread) {
    long deadline = System.nanoTime() + Duration.ofSeconds(CLOSE_SECONDS_MAX).toNanos();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended && System.nanoTime() < deadline) {
      try {
        ended = thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends what is confirmed first. */
  @Override
  public void close() {
    clock.close();
    join(clockThread);
    socket.close();
    queue.end();
    readerThread.interrupt();
    join(readerThread);
    transactions.close();
  }
}
